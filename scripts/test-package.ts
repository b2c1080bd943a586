/** `npm run test:package`: packs what npm would publish, installs it elsewhere and runs both commands from there. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/simulator.ts';
import { must } from './run-program.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const single = ['LICENSE', 'README.md', 'package.json', 'plugin.yml', 'spec.json'];
const pages = /^([A-Z]+\.md|docs\/.*\.md|bench\/(README\.md|rate\.svg)|examples\/.*)$/;
/** The oldest Node that the manifest promises; npm has its binary as a package. */
const oldest: string = manifest.engines.node.replace('>=', '');
const oldestNode = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

const say = (text: string) => void process.stdout.write(`${text}\n`);

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** Throws unless the package holds what it needs to run, and nothing else. */
function expectContents(files: readonly string[]): void {
  const strangers = files.filter(
    (file) => !single.includes(file) && !pages.test(file) && !/^(bin|dist)\/.*\.(js|json)$/.test(file),
  );
  deepEqual(strangers, [], 'the package holds what nobody needs');
  const schemas = readdirSync(join(root, 'schemas')).map((file) => `dist/schemas/${file}`);
  const needed = [...single, ...Object.values<string>(manifest.bin), 'dist/src/main.js', ...schemas];
  const missing = needed.filter((file) => !files.includes(file));
  deepEqual(missing, [], 'the package lacks files');
}

/** Uses both commands as somebody who has only installed the package, on the Node that lies in `nodeFolder`. */
async function expectToRun(
  nodeFolder: string,
  installed: string,
  account: object,
  name: string,
): Promise<void> {
  const folder = join(installed, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(account), { mode: 0o600 });
  const environment = { ...process.env, PATH: `${nodeFolder}${delimiter}${process.env.PATH}` };
  const start = (command: string, ...given: string[]) =>
    must(join(installed, 'node_modules', '.bin', command), given, { folder, environment });
  const typesOf = (lines: string) =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
  const config = ['--config', 'config.json'];

  const node = (await must('node', ['--version'], { environment })).trim();
  equal(await start('source-kommo', '--version'), `source-kommo ${manifest.version}\n`);
  equal(await start('tap-kommo', '--version'), `tap-kommo v${manifest.version}\n`);
  deepEqual(typesOf(await start('source-kommo', 'spec')), ['SPEC']);
  match(await start('source-kommo', 'check', ...config), /"SUCCEEDED"/);
  match(
    await start('source-kommo', 'sync', ...config, '--to', 'kommo.db'),
    /^leads +50 +50 +0 .* complete$/m,
  );
  match(await start('source-kommo', 'verify', ...config, '--db', 'kommo.db'), /leads/);
  const messages = typesOf(await start('tap-kommo', ...config));
  ok(messages.includes('RECORD'));
  equal(messages.at(-1), 'STATE');
  match(await start('source-kommo', 'simulator', '--help'), /--leads/);
  say(`ok   both commands run on Node ${node}`);
}

async function testPackage(folder: string): Promise<void> {
  const [packed]: [Packed] = JSON.parse(
    await must('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { folder: root }),
  );
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  expectContents(packed.files.map(({ path }) => path));
  say(
    `ok   the package: ${packed.files.length} files, ${kilobytes(packed.size)}, ${kilobytes(packed.unpackedSize)} unpacked`,
  );

  const installed = join(folder, 'installed');
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{"private": true}');
  const started = performance.now();
  const wanted = [join(folder, packed.filename), `${oldestNode}@${oldest}`];
  await must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted], {
    folder: installed,
  });
  const packages = readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`ok   installed in ${seconds} s: ${packages.filter((name) => name !== oldestNode).join(', ')}`);

  const simulator = await startSimulator({ leads: 50, requestsPerSecond: null });
  try {
    const account = { api_url: simulator.url, api_key: simulator.token };
    await expectToRun(dirname(process.execPath), installed, account, 'current');
    await expectToRun(join(installed, 'node_modules', oldestNode, 'bin'), installed, account, 'oldest');
  } finally {
    await simulator.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'source-kommo-package-'));
try {
  await testPackage(folder);
} catch (error) {
  process.stderr.write(`test:package: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
