/**
 * The property of test/property over many more histories than `npm test` has time for, in one process a core.
 * `npm run test:soak -- 50000` plays so many; 20,000 where no number is given. It ends with the first history in
 * which something is lost, and says how to play it again. Streams that failed loudly are counted by the case that
 * docs/how-nothing-gets-lost.md names.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { unreadableCases } from '../test/property/may-fail.ts';
import type { Batch, Outcome } from './soak-worker.ts';

const total = Number(process.argv[2] ?? 20_000);
const perBatch = 100;
const began = performance.now();
const firstSeed = Date.now() % 2 ** 31;
const loud = new Map<string, number>(unreadableCases.map((reason) => [reason, 0]));
const sum = { histories: 0, runs: 0, requests: 0, loud };
let begun = 0;
let toReport = 1_000;

const workers = Array.from({ length: Math.min(availableParallelism(), Math.ceil(total / perBatch)) }, () => {
  const worker = fork(fileURLToPath(new URL('soak-worker.ts', import.meta.url)));
  worker.on('message', (outcome: Outcome) => {
    count(outcome);
    if (outcome.failure !== undefined) return fail(outcome.failure);
    next();
  });
  worker.on('exit', (code) => {
    if (code !== 0 && process.exitCode === undefined) fail(`a worker ended with ${code}`);
  });
  const next = () => {
    const histories = Math.min(perBatch, total - begun);
    if (histories === 0) return worker.disconnect();
    const batch: Batch = { seed: firstSeed + begun, histories };
    begun += histories;
    worker.send(batch);
  };
  next();
  return worker;
});

function count({ histories, runs, requests, loud }: Outcome): void {
  sum.histories += histories;
  sum.runs += runs;
  sum.requests += requests;
  for (const reason of loud) sum.loud.set(reason, (sum.loud.get(reason) ?? 0) + 1);
  if (sum.histories < toReport && sum.histories < total) return;
  toReport += 1_000;
  report('nothing lost');
}

function report(what: string): void {
  const seconds = Math.round((performance.now() - began) / 1000);
  const counts = `${sum.histories} of ${total} histories, ${sum.runs} runs, ${sum.requests} requests, ${seconds} s`;
  process.stdout.write(`${what} in ${counts}\n`);
  for (const [reason, times] of sum.loud)
    process.stdout.write(`  failed loudly, as it may: ${times} × ${reason}\n`);
}

function fail(failure: string): void {
  process.exitCode = 1;
  for (const worker of workers) worker.kill();
  process.stdout.write(`${failure}\n`);
  report('not all is well');
}
