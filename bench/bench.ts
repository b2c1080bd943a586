/** `npm run bench -- [--full] [--record] [case …]`: measures the cases and prints one table; see bench/README.md. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startAccount } from './account.ts';
import { type BenchCase, reachesBar } from './case.ts';
import { cases } from './cases/index.ts';
import { install } from './installation.ts';
import type { Lab } from './lab.ts';
import { ratePlot } from './plot.ts';
import { runBare, runNode, timeNode } from './program.ts';
import { type CaseResult, resultTable } from './table.ts';

/** Cases that wait hardly disturb each other, up to this number of them. */
const sideBySide = 7;

/** Between these the README shows the last table. */
const marks = { begin: '<!-- table -->', end: '<!-- end of table -->' };

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const isWanted = ({ name, onlyInFull }: BenchCase) =>
  positionals.length > 0 ? positionals.some((part) => name.includes(part)) : values.full || !onlyInFull;
const wanted = cases.filter(isWanted);

const folder = mkdtempSync(join(tmpdir(), 'source-kommo-bench-'));
const begun = performance.now();
const say = (text: string) => void process.stderr.write(`${text}\n`);
try {
  const results = await measureAll(createLab());
  const lines = resultTable(results);
  process.stdout.write(`${lines.join('\n')}\n`);
  const seconds = Math.round((performance.now() - begun) / 1000);
  keep(results, lines, seconds);
  say(`${seconds} s`);
  if (!results.every(({ measurements }) => measurements.every(reachesBar))) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function createLab(): Lab {
  const executable = install(folder);
  return {
    full: values.full,
    folder,
    executable,
    account: (options) => startAccount(executable, folder, options),
    run: (args, options) => runNode([executable, ...args], folder, options),
    bare: (name, args) => runBare(name, args, folder),
    time: timeNode,
    ready: async () => {},
  };
}

async function measureAll(lab: Lab): Promise<CaseResult[]> {
  const measure = async ({ name, measure }: BenchCase, lab: Lab): Promise<CaseResult> => {
    const begun = performance.now();
    const measurements = await measure(lab);
    const result = { name, seconds: Math.round((performance.now() - begun) / 1000), measurements };
    say(resultTable([result]).slice(1).join('\n'));
    return result;
  };
  const results: CaseResult[] = [];
  const waiting = wanted.filter(({ waits }) => waits);
  for (let at = 0; at < waiting.length; at += sideBySide) {
    const group = waiting.slice(at, at + sideBySide);
    const together = { ...lab, ready: createBarrier(group.length) };
    // Who fails does not keep the others waiting.
    const measured = group.map((each) => measure(each, together).finally(together.ready));
    results.push(...(await Promise.all(measured)));
  }
  for (const each of wanted.filter(({ waits }) => !waits)) results.push(await measure(each, lab));
  return results;
}

/** Resolves for all of its callers when so many have called. */
function createBarrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = parties;
  return () => {
    missing -= 1;
    if (missing === 0) resolve();
    return promise;
  };
}

/** Leaves the figures as JSON and the plot in bench/results; with --record also in bench/README.md. */
function keep(results: readonly CaseResult[], lines: readonly string[], seconds: number): void {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  mkdirSync(path('results'), { recursive: true });
  const document = {
    at: new Date().toISOString(),
    full: values.full,
    node: process.version,
    seconds,
    results,
  };
  writeFileSync(path('results/latest.json'), `${JSON.stringify(document, null, 2)}\n`);
  const points = results
    .filter(({ name }) => name.startsWith('all eight streams'))
    .flatMap(({ measurements }) => measurements)
    .flatMap(({ what, figure, details }) =>
      what === 'rate used' ? [{ latency: details!.latency!, used: figure }] : [],
    );
  const uneven = results
    .flatMap(({ measurements }) => measurements)
    .flatMap(({ details }) =>
      details?.spread === undefined ? [] : [{ latency: details.spread, used: details.ofPermitted! }],
    );
  const plot = points.length > 1 ? ratePlot(points, 7, uneven) : undefined;
  if (plot !== undefined) writeFileSync(path('results/rate.svg'), plot);
  if (!values.record) return;
  if (plot !== undefined) writeFileSync(path('rate.svg'), plot);
  const readme = readFileSync(path('README.md'), 'utf8');
  const heading = `${document.at.slice(0, 10)}, Node ${process.version}, ${values.full ? 'full' : 'quick'} run:`;
  const table = `${marks.begin}\n${heading}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n${marks.end}`;
  const [before] = readme.split(marks.begin);
  writeFileSync(path('README.md'), before + table + readme.split(marks.end)[1]);
}
