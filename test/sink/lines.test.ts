import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { InterruptedError, TransientError } from '../../src/errors.ts';
import { createRedactor } from '../../src/redact.ts';
import { LineWriter } from '../../src/sink/lines.ts';

/** A reader that takes a chunk only when told to. */
function slowReader() {
  const chunks: string[] = [];
  let release: (() => void) | undefined;
  const target = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(`${chunk}`);
      release = done;
    },
  });
  return { chunks, target, release: () => release?.() };
}

test('lines are gathered until a batch is full', async () => {
  const { chunks, target, release } = slowReader();
  const lines = new LineWriter(target, createRedactor());
  await lines.write('x'.repeat(1000));
  expect(chunks).toEqual([]);
  const flushed = lines.flush();
  await Promise.resolve();
  release();
  await flushed;
  expect(chunks).toEqual([`${'x'.repeat(1000)}\n`]);
});

test('a full batch waits for the reader', async () => {
  const { chunks, target, release } = slowReader();
  const lines = new LineWriter(target, createRedactor());
  let accepted = false;
  const written = lines.write('x'.repeat(70_000)).then(() => {
    accepted = true;
  });
  await new Promise(setImmediate);
  expect(chunks.length).toBe(1);
  expect(accepted).toBe(false);
  release();
  await written;
  expect(accepted).toBe(true);
});

test('batches keep their order, and flush waits for all of them', async () => {
  const chunks: string[] = [];
  const target = new Writable({
    write: (chunk, _encoding, done) => setImmediate(() => done(void chunks.push(`${chunk}`) as undefined)),
  });
  const lines = new LineWriter(target, createRedactor());
  const pending = [lines.write('a'.repeat(70_000)), lines.write('b'.repeat(70_000)), lines.write('c')];
  await lines.flush();
  await Promise.all(pending);
  expect(chunks.map((chunk) => chunk[0]).join('')).toBe('abc');
});

test('lines of every length and alphabet arrive whole, however slowly they are taken', async () => {
  const taken: string[] = [];
  const target = new Writable({
    write: (chunk, _encoding, done) => setImmediate(() => done(void taken.push(`${chunk}`) as undefined)),
  });
  const writer = new LineWriter(target, createRedactor());
  const alphabets = ['a', 'я', '漢', '😀'];
  const lines = Array.from({ length: 200 }, (_, index) => alphabets[index % 4]!.repeat(index * 40));
  // Nobody waits for the first half: more batches are under way than there are spare ones.
  for (const line of lines.slice(0, 100)) void writer.write(line);
  for (const line of lines.slice(100)) await writer.write(line);
  await writer.flush();
  expect(taken.join('').split('\n')).toEqual([...lines, '']);
});

test('secrets are taken out of prose and left in what must arrive unaltered', async () => {
  const redactor = createRedactor();
  redactor.add('a-long-secret');
  const chunks: string[] = [];
  const target = new Writable({
    write: (chunk, _encoding, done) => done(void chunks.push(`${chunk}`) as undefined),
  });
  const lines = new LineWriter(target, redactor);
  await lines.writeText('token a-long-secret refused');
  await lines.write('{"refresh_token":"a-long-secret"}');
  await lines.flush();
  expect(chunks.join('')).not.toMatch(/token a-long-secret/);
  expect(chunks.join('')).toMatch(/"refresh_token":"a-long-secret"/);
});

const failing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('no'), { code })) });

test('a reader that went away rejects every later write', async () => {
  const lines = new LineWriter(failing('EPIPE'), createRedactor());
  await lines.write('a');
  await expect(lines.flush()).rejects.toBeInstanceOf(InterruptedError);
  await lines.write('b');
  await expect(lines.flush()).rejects.toBeInstanceOf(InterruptedError);
});

test('output that is lost for another reason is an error that says so', async () => {
  const lines = new LineWriter(failing('ENOSPC'), createRedactor());
  await lines.write('a');
  await expect(lines.flush()).rejects.toThrow(new TransientError('The output cannot be written (ENOSPC).'));
});
