/** Faults that pass: the run is complete, and nothing of them is to be seen but in the log. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { namedFaults } from '../../src/simulator/faults.ts';
import type { Fault } from '../../src/simulator/simulator.ts';
import { ended } from '../cli/program.ts';
import { ofType } from '../dialect/airbyte/messages.ts';
import {
  account,
  defaultNames,
  expectComplete,
  expectDelivered,
  readAll,
  readAllHere,
  settingsFor,
  startFlying,
  understood,
} from './whole-run.ts';

const throttled = (wait: string): Fault => ({
  kind: 'status',
  status: 429,
  headers: { 'Retry-After': wait },
});

describe.concurrent('an answer that goes wrong now and then', () => {
  test.each<[string, Fault]>([
    ['429 with Retry-After in seconds', throttled('1')],
    ['429 with Retry-After as a date', throttled(new Date(Date.now() + 5000).toUTCString())],
    ['429 with a Retry-After that has passed', namedFaults['rate-limited-date']!],
    ['429 with a negative Retry-After', throttled('-5')],
    ['429 with a Retry-After of words', throttled('soon')],
    ['429 without Retry-After', namedFaults['rate-limited-silent']!],
    ['500', { kind: 'status', status: 500 }],
    ['502', { kind: 'status', status: 502 }],
    ['503', { kind: 'status', status: 503 }],
    ['504', { kind: 'status', status: 504 }],
    ['a reset before the first byte', { kind: 'reset' }],
    ['a reset in the middle of a body', { kind: 'reset-body' }],
    ['a body that stalls', { kind: 'stall' }],
    ['JSON that is cut', { kind: 'cut' }],
    ['JSON that is invalid', { kind: 'invalid-json' }],
    ['an empty 200', { kind: 'empty' }],
    ['a page of HTML with 200', { kind: 'content-type', contentType: 'text/html' }],
    ['a page that repeats', { kind: 'repeat' }],
  ])('%s', async (_, fault) => {
    const met = [4, 5, 6, 14];
    await using simulator = await account({
      fault: ({ number }) => (met.includes(number) ? fault : undefined),
    });
    const run = await readAll(settingsFor(simulator));
    expectComplete(simulator, run);
    expect(simulator.statistics.requests).toBeGreaterThan(Math.max(...met));
  });

  test('429 with a Retry-After of a year waits minutes, not a year', async () => {
    await using simulator = await account();
    simulator.faults.addNamed('rate-limited-absurd', { after: 9, times: 1 });
    const run = await readAll(settingsFor(simulator), { speed: 150 });
    expectComplete(simulator, run);
    expect(run.messages.some(({ trace }) => trace?.stream_status?.reasons !== undefined)).toBe(true);
  });
});

describe.concurrent('an account that always', () => {
  test.each<[string, Fault, string | undefined]>([
    ['links to the same page as the next one', { kind: 'next', href: 'same' }, undefined],
    ['fails at pages above 100', { kind: 'heavy', above: 100 }, undefined],
    ['sends slowly', { kind: 'slow', milliseconds: 200 }, 'contacts'],
    ['sends a text where parts are embedded', namedFaults['text-for-object']!, 'leads'],
  ])('%s', async (_, fault, list) => {
    await using simulator = await account();
    simulator.faults.add({ fault, ...(list !== undefined && { list }) });
    expectComplete(simulator, await readAll(settingsFor(simulator), { speed: 100 }));
  });
});

test('the result of a task is its text, whatever it comes in', async () => {
  const results = [[], { text: 'done' }, 'done as well', null, {}];
  await using simulator = await account({ leads: 20, tasks: 5 });
  const change = (record: Record<string, unknown>, index: number) => ({ ...record, result: results[index] });
  simulator.faults.add({ fault: { kind: 'records', change }, list: 'tasks' });
  const run = await readAllHere(settingsFor(simulator), []);
  const tasks = ofType(run.messages, 'RECORD').filter(({ stream }) => stream === 'tasks');
  expect(tasks.map(({ data }) => data.result).sort()).toEqual(['done', 'done as well', null, null, null]);
});

test('an account that cannot be reached yet is waited for', async () => {
  const place = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => place.once('listening', resolve));
  const { port } = place.address() as AddressInfo;
  await new Promise((resolve) => place.close(resolve));
  // In the same moment, two accounts of one seed have the same token.
  const moment = Date.now();
  const options = { seed: 5, clock: { now: () => moment } };
  await using before = await account(options);
  const settings = settingsFor(before, { api_url: `http://127.0.0.1:${port}` });
  const program = startFlying('source-kommo', ['read'], { config: settings });
  const end = ended(program);
  await new Promise<void>((resolve) => {
    program.stdout.on('data', (text) => `${text}`.includes('ECONNREFUSED') && resolve());
  });
  await using simulator = await account({ ...options, port });
  const run = understood(await end);
  expect(run.code).toBe(0);
  expectDelivered(simulator, [run.messages], defaultNames);
  expect(ofType(run.messages, 'LOG').some(({ message }) => /trying again/.test(message))).toBe(true);
});
