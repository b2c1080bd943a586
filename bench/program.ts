import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface RunOptions {
  /** How fast stdout is read; as fast as it comes where this is absent. */
  bytesPerSecond?: number;
  /** After so many seconds a slow reader reads as fast as it can. */
  slowSeconds?: number;
}

export interface Finished {
  /** From start to exit. */
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
  /** Bytes that came from stdout. */
  bytes: number;
  /** The last of them. */
  tail: string;
}

const selfReport = new URL('./self-report.js', import.meta.url).href;
const tailLength = 16_384;
let reports = 0;

/** Runs node with `args` to its end, reading its stdout. Rejects when it does not end with 0. */
export async function runNode(
  args: readonly string[],
  folder: string,
  { bytesPerSecond, slowSeconds = Number.POSITIVE_INFINITY }: RunOptions = {},
): Promise<Finished> {
  const report = `${folder}/report-${reports++}.json`;
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', selfReport, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BENCH_REPORT: report },
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4_000);
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const reading =
    bytesPerSecond === undefined
      ? readFast(child.stdout)
      : readSlowly(child.stdout, bytesPerSecond, slowSeconds);
  const [code, output] = await Promise.all([exit, reading]);
  const seconds = (performance.now() - begun) / 1000;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors || output.tail}`);
  const used = JSON.parse(readFileSync(report, 'utf8')) as Pick<Finished, 'cpuSeconds' | 'peakBytes'>;
  rmSync(report);
  return { seconds, ...used, ...output };
}

/** The seconds that node takes for `args`, unmeasured by anything in the process itself. */
export async function timeNode(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, [...args], { stdio: 'ignore' });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return (performance.now() - begun) / 1000;
}

/** Runs a program of `bench/bare`. */
export async function runBare(name: string, args: readonly string[], folder: string): Promise<Finished> {
  const program = fileURLToPath(new URL(`./bare/${name}.ts`, import.meta.url));
  return await runNode([program, ...args], folder);
}

type Output = Pick<Finished, 'bytes' | 'tail'>;

async function readFast(stdout: Readable): Promise<Output> {
  let bytes = 0;
  let last = Buffer.alloc(0);
  for await (const piece of stdout as AsyncIterable<Buffer>) {
    bytes += piece.length;
    last = keepTail(last, piece);
  }
  return { bytes, tail: last.toString('utf8') };
}

/** Takes a piece only when its time has come; meanwhile the pipe fills up and holds the writer. */
async function readSlowly(stdout: Readable, bytesPerSecond: number, slowSeconds: number): Promise<Output> {
  const begun = performance.now();
  let bytes = 0;
  let last = Buffer.alloc(0);
  for await (const piece of stdout as AsyncIterable<Buffer>) {
    bytes += piece.length;
    last = keepTail(last, piece);
    const passed = (performance.now() - begun) / 1000;
    if (passed < slowSeconds) await sleep(Math.max(0, (bytes / bytesPerSecond - passed) * 1000));
  }
  return { bytes, tail: last.toString('utf8') };
}

function keepTail(last: Buffer, piece: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([last.subarray(-tailLength), piece.subarray(-tailLength)]);
}
