/** What Airbyte reads beside the program, held to the program and to airbyte.md §2.2, §5.1 and §5.2. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { streams } from '../streams/index.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const manifest = JSON.parse(read('package.json'));
const spec = JSON.parse(read('spec.json'));
const metadata = parse(read('metadata.yaml'));
const acceptance = parse(read('acceptance-test-config.yml'));
const ajv = addFormats.default(new Ajv({ allErrors: true, strict: false }));

describe('metadata.yaml', () => {
  const validate = ajv.compile(JSON.parse(read('test/fixtures/airbyte-metadata.schema.json')));

  test('is valid', () => {
    validate(metadata);
    expect(validate.errors).toBeNull();
  });

  test.each<[string, object]>([
    ['a key that Airbyte does not know', { registries: {} }],
    ['a tag that is no version', { dockerImageTag: 'latest' }],
    ['no repository', { dockerRepository: undefined }],
  ])('would not be valid with %s', (_, change) => {
    const data = JSON.parse(JSON.stringify({ ...metadata.data, ...change }));
    expect(validate({ ...metadata, data })).toBe(false);
  });

  test('tells of this version, this documentation and these streams', () => {
    const { data } = metadata;
    expect(data.dockerImageTag).toBe(manifest.version);
    expect(data.license).toBe(manifest.license);
    expect(data.documentationUrl).toBe(spec.documentationUrl);
    const suggested = streams.flatMap(({ name, suggested }) => (suggested ? [name] : []));
    expect(data.suggestedStreams.streams).toEqual(suggested);
    expect(data.tags.filter((tag: string) => tag.startsWith('language:'))).toHaveLength(1);
  });
});

describe('acceptance-test-config.yml', () => {
  const tests: Record<string, string>[] = Object.values<{ tests: Record<string, string>[] }>(
    acceptance.acceptance_tests,
  ).flatMap((kind) => kind.tests);

  test('names the image and files that exist, or are kept secret', () => {
    expect(acceptance.connector_image).toBe(`${metadata.data.dockerRepository}:dev`);
    const paths = tests.flatMap(({ spec_path, config_path }) => spec_path ?? config_path ?? []);
    const missing = paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
    expect(new Set(missing)).toEqual(new Set(['secrets/config.json']));
    expect(read('.gitignore').split('\n')).toContain('secrets/');
  });

  test('fails with a config that is wrong indeed', () => {
    const [failing] = tests.filter(({ status }) => status === 'failed');
    const config = JSON.parse(read(failing!.config_path!));
    const validate = ajv.compile(spec.connectionSpecification);
    expect(validate(config)).toBe(false);
    expect(validate({ ...config, start_date: '2026-01-31T00:00:00Z' })).toBe(true);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const textOf = (name: string) => last.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
  const entrypoint: string[] = JSON.parse(last.match(/^ENTRYPOINT (.*)$/m)![1]!);

  test('is labelled as in metadata.yaml', () => {
    expect(textOf('io\\.airbyte\\.name')).toBe(metadata.data.dockerRepository);
    expect(textOf('io\\.airbyte\\.version')).toBe(metadata.data.dockerImageTag);
  });

  test('tells the platform its entry point, by absolute paths', () => {
    expect(textOf('AIRBYTE_ENTRYPOINT')).toBe(entrypoint.join(' '));
    for (const path of entrypoint) expect(path).toMatch(/^\/\S+$/);
  });

  test('is for uid 1000, on the major version of Node that the tests run on', () => {
    expect(last).toMatch(/^USER 1000:1000$/m);
    const bases = [...dockerfile.matchAll(/^FROM .*\bnode:(\S+)/gm)].map(([, tag]) => tag);
    const [major] = manifest.devDependencies.node.match(/\d+/);
    expect(new Set(bases)).toEqual(new Set([`${major}-slim`]));
  });

  test('has what it copies', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    );
    expect(new Set(allowed)).toEqual(new Set(copied));
    for (const path of copied) expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true);
  });
});

describe('docs/integrations/sources/kommo.md', () => {
  const page = read('docs/integrations/sources/kommo.md');
  const section = (heading: string) =>
    page.split(/^(?=#+ )/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

  test('has the headings of all connectors, in their order', () => {
    const own = ['### IP allow list'];
    expect([...page.matchAll(/^#+ .*$/gm)].map(String).filter((heading) => !own.includes(heading))).toEqual([
      '# Kommo',
      '## Prerequisites',
      '## Setup guide',
      '### Set up Kommo',
      '### For Airbyte Open Source:',
      '## Supported sync modes',
      '## Supported Streams',
      '### Performance considerations',
      '## Data type map',
      '## Limitations & Troubleshooting',
      '### Tutorials',
      '## Changelog',
    ]);
  });

  test.each<string>(spec.connectionSpecification.required)('names %s among the prerequisites', (name) => {
    const { title } = spec.connectionSpecification.properties[name];
    expect(section('## Prerequisites')).toContain(`**${title}** (\`${name}\`)`);
  });

  test('has an anchor for settings that exist', () => {
    const anchors = [...page.matchAll(/<FieldAnchor field="([^"]*)">/g)].flatMap(([, names]) =>
      names!.split(','),
    );
    const known = Object.keys(spec.connectionSpecification.properties);
    expect(known).toEqual(expect.arrayContaining(anchors));
    expect(anchors).toEqual(expect.arrayContaining(spec.connectionSpecification.required));
  });

  test('lists every stream with its key and cursor', () => {
    const rows = streams.map(({ name, key, cursor }) => {
      const keys = key.map((column) => `\`${column}\``).join(', ');
      return `| ${name} | ${keys} | ${cursor ? `\`${cursor}\` ` : ''}|`;
    });
    const listed = section('## Supported Streams').match(/^\| [a-z_]+ \|.*$/gm);
    expect(listed).toEqual(rows);
  });

  test('says how fast Kommo can be read, as it follows from its limits', () => {
    const perSecond = spec.connectionSpecification.properties.requests_per_second.default;
    const perRequest = Math.max(...streams.flatMap(({ lists }) => lists.map(({ pageSize }) => pageSize)));
    const perMinute = (perSecond * perRequest * 60).toLocaleString('en-US');
    expect(section('### Performance considerations')).toContain(
      `Kommo permits ${perSecond} requests a second, and a request returns at most ${perRequest} records: ` +
        `that is ${perMinute} records a minute`,
    );
  });

  test('tells the changes of this version, and how to build it', () => {
    const [, newest] = section('## Changelog').match(/^\| (\d\S*) \| \d{4}-\d{2}-\d{2} \| \S/m) ?? [];
    expect(newest).toBe(manifest.version);
    expect(page).toContain(`${metadata.data.dockerRepository}:${manifest.version}`);
  });
});

test('the icon is a square', () => {
  const root = read('icon.svg').match(/<svg [^>]*>/)![0];
  const [, width, height] = root.match(/viewBox="0 0 (\d+) (\d+)"/)!;
  expect(width).toBe(height);
  expect(root).toContain(`width="${width}" height="${height}"`);
});

test('the license is the one that the manifest names', () => {
  expect(read('LICENSE')).toMatch(
    new RegExp(`^${manifest.license} License\n\nCopyright .* the source-kommo authors\n`),
  );
});
