import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Flood {
  records: number;
  /** Kilobytes of the writing process. */
  peak: number;
}

/** Reads `records` records from a process of its own; `stall` puts pauses into the reading. */
async function read(records: number, stall: (bytes: number) => Promise<void>): Promise<Flood> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('flood.ts', import.meta.url)), `${records}`]);
  let report = '';
  child.stderr.on('data', (chunk) => {
    report += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let last = -1;
  let gaps = 0;
  let rest = '';
  for await (const chunk of child.stdout) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const id = /^\{"type":"RECORD".*?"id":(\d+)/.exec(line)?.[1];
      if (id === undefined) continue;
      if (Number(id) !== last + 1) gaps += 1;
      last = Number(id);
    }
    await stall(chunk.length);
  }
  await ended;
  expect(gaps).toBe(0);
  return { records: last + 1, ...JSON.parse(report) };
}

test('200,000 records arrive whole at a reader that sleeps, and the memory of the writer stays flat', async () => {
  const few = await read(10_000, async () => {});
  let sinceLastPause = 0;
  const many = await read(200_000, async (bytes) => {
    sinceLastPause += bytes;
    if (sinceLastPause < 20_000_000) return;
    sinceLastPause = 0;
    // The reader really sleeps: this test is about what another process does meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
  expect(few.records).toBe(10_000);
  expect(many.records).toBe(200_000);
  // The records make 110 MB; held back in the writer they take twice that.
  expect(many.peak - few.peak).toBeLessThan(80_000);
});
