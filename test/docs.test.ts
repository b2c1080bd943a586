import { dirname, join, matchesGlob } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateAirbytePage } from '../scripts/generate-airbyte-page.ts';
import { generateCustomFields } from '../scripts/generate-custom-fields.ts';
import { generateReadme } from '../scripts/generate-readme.ts';
import { generateStreams } from '../scripts/generate-streams.ts';
import { commandsIn, flagsIn, flagsOfAll, problemsOf } from './docs/command-line.ts';
import { anchorsOf, codeSpansOf, found, linksOf, pages, shellOf, textOf } from './docs/page.ts';
import { unreadableCases } from './property/may-fail.ts';

test('what is generated is current (else: npm run generate)', () => {
  for (const { path, text } of [
    ...generateReadme(),
    ...generateStreams(),
    ...generateAirbytePage(),
    ...generateCustomFields(),
  ])
    expect(textOf(path)).toBe(text);
});

describe.each(pages)('%s', (page) => {
  const text = textOf(page);
  const spans = codeSpansOf(text);

  test('every link leads somewhere', () => {
    const wrong = linksOf(text).filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (found(file).length === 0) return true;
      return anchor !== undefined && !anchorsOf(textOf(file)).includes(anchor);
    });
    expect(wrong).toEqual([]);
  });

  test('every path is that of a file or a folder', () => {
    const paths = spans.filter(
      (code) => /^[\w.*-]+(\/[\w.*-]*)+$/.test(code) && found(code.split('/', 1)[0]!).length > 0,
    );
    expect(paths.filter((path) => found(path).length === 0)).toEqual([]);
  });

  test('every command and every flag exists', async () => {
    const problems: string[] = [];
    const isCommand = /^(npx|npm|source-kommo|tap-kommo) [a-z-]/;
    for (const shell of [shellOf(text), ...spans.filter((code) => isCommand.test(code))]) {
      for (const words of commandsIn(shell)) problems.push(...(await problemsOf(words)));
    }
    const alone = spans.filter((code) => code.startsWith('--')).flatMap((code) => flagsIn(code.split(' ')));
    const known = await flagsOfAll();
    problems.push(
      ...alone.filter((flag) => !known.includes(flag)).map((flag) => `nobody has a flag ${flag}`),
    );
    expect(problems).toEqual([]);
  });
});

describe('the package', () => {
  const packed: string[] = JSON.parse(textOf('package.json')).files;
  const isPacked = (file: string) => packed.some((pattern) => matchesGlob(file, pattern));

  test.each(pages.filter(isPacked))('holds what %s links to', (page) => {
    const files = linksOf(textOf(page))
      .filter((target) => !target.startsWith('#'))
      .map((target) => join(dirname(page), target.split('#', 1)[0]!));
    expect(files.filter((file) => !isPacked(file))).toEqual([]);
  });
});

test('the cases in which a stream may fail have their names in the documentation', () => {
  const text = textOf('docs/how-nothing-gets-lost.md').toLowerCase();
  expect(unreadableCases.filter((name) => !text.includes(`**${name}.**`))).toEqual([]);
});
