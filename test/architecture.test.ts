import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = [
  ...globSync('src/**/*.ts', { cwd: root }),
  ...globSync('streams/**/*.ts', { cwd: root }),
].sort();

/** What each layer may import besides itself; `dialect` and `sink` are one layer, whose parts do not know each other. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  leaf: [],
  api: ['leaf'],
  stream: ['leaf', 'api'],
  sync: ['leaf', 'api', 'stream'],
  'dialect/airbyte': ['leaf', 'api', 'stream', 'sync'],
  'dialect/singer': ['leaf', 'api', 'stream', 'sync'],
  sink: ['leaf', 'api', 'stream', 'sync'],
  doctor: ['leaf', 'api', 'stream'],
  simulator: ['leaf'],
  cli: ['leaf', 'api', 'stream', 'sync', 'doctor', 'dialect/airbyte', 'dialect/singer', 'sink'],
  streams: ['stream'],
  main: ['leaf', 'cli', 'sink', 'streams'],
};

/** The one door of each library that is heavy, or that decides something which must be decided in one place. */
const doors: Readonly<Record<string, RegExp>> = {
  undici: /^src\/api\/transport\.ts$/,
  'better-sqlite3': /^src\/(sink\/sqlite|simulator)\b/,
  luxon: /^src\/(config|settings|.*window.*)\.ts$/,
};

/** Files of more than 200 lines, and why. */
const longFiles: Readonly<Record<string, string>> = {
  'src/readings.ts': 'a catalogue: six lines a doubt, and nothing to divide it by',
  'src/sync/listing.ts': 'one request has one place where its answer is held against the question',
};

function layerOf(file: string): string {
  const [top, second, third] = file.split('/');
  if (top !== 'src') return top!;
  if (file === 'src/main.ts') return 'main';
  if (third === undefined) return 'leaf';
  return second === 'dialect' ? `dialect/${third}` : second!;
}

/** The modules that a file imports, at once or later, with local ones as paths from the root. */
function importsOf(file: string): string[] {
  const source = sourceOf(file);
  const found = source.matchAll(/(?:^|\n)(?:import|export)\s[^;'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'/g);
  return [...found].map(([, early, later]) => {
    const name = (early ?? later)!;
    return name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name;
  });
}

const isLocal = (name: string) => /^(src|streams)\//.test(name);

const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8');
const codeOf = (file: string) => sourceOf(file).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, '');

test('a file belongs to a layer, and imports only to its left', () => {
  const wrong = files.flatMap((file) => {
    const layer = layerOf(file);
    const allowed = [layer, ...(mayImport[layer] ?? [])];
    return importsOf(file)
      .filter(isLocal)
      .filter((name) =>
        name.startsWith('src/simulator/')
          ? layer !== 'simulator' && file !== 'src/cli/simulator.ts'
          : !allowed.includes(layerOf(name)),
      )
      .map((name) => `${file} imports ${name}`);
  });
  expect(wrong).toEqual([]);
  expect(Object.keys(mayImport)).toEqual(expect.arrayContaining([...new Set(files.map(layerOf))]));
});

test('what is doubted of Kommo is told alike on both sides of the wire, so the catalogue of it belongs to neither', () => {
  expect(layerOf('src/readings.ts')).toBe('leaf');
  expect(importsOf('src/readings.ts')).toEqual([]);
});

test('a heavy library has one door', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name in doors && !doors[name]!.test(file))
      .map((name) => `${file} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('only main knows the process; to know its own number is no effect', () => {
  const knows = files.filter((file) =>
    /(?<![\w.'])process\.(?!pid\b)|'node:process'|\bconsole\./.test(codeOf(file)),
  );
  expect(knows).toEqual(['src/main.ts']);
});

test('a file is short, or says why not', () => {
  const long = files.filter((file) => sourceOf(file).split('\n').length > 201);
  expect(long).toEqual(Object.keys(longFiles));
});

test('the rules above find what they look for', () => {
  expect(importsOf('src/main.ts')).toEqual(
    expect.arrayContaining(['src/cli/perform.ts', 'streams/index.ts']),
  );
  expect(layerOf('src/dialect/airbyte/state.ts')).toBe('dialect/airbyte');
});

test.each(['spec', 'discover'])('%s loads no library at all', (command) => {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file) || file.endsWith('.json')) return;
    seen.add(file);
    if (file.startsWith('node:')) return;
    if (isLocal(file)) valueImportsOf(file).forEach(visit);
  };
  ['src/main.ts', `src/cli/${command}.ts`].forEach(visit);
  expect([...seen].filter((name) => !isLocal(name) && !name.startsWith('node:'))).toEqual([]);
});

/** Imports that are there when the program runs and that come with the file: no types, nothing dynamic. */
function valueImportsOf(file: string): string[] {
  const source = sourceOf(file)
    .replace(/(^|\n)(import|export) type\s[^;]*;/g, '')
    .replace(/import\(\s*'[^']+'\s*\)/g, '');
  const found = source.matchAll(/(?:^|\n)(?:import|export)\s[^;'"]*?from\s+'([^']+)'/g);
  return [...found].map(([, name]) =>
    name!.startsWith('.') ? relative(root, join(root, dirname(file), name!)) : name!,
  );
}
