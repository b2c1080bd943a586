/** How a run ends before its time: signals, and readers that go away or fall asleep. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { errorsIn, ofType, readMessages, statusesIn } from '../dialect/airbyte/messages.ts';
import { ended, startProgram, writeFiles } from './program.ts';

let simulator: Simulator;
let config: string;
/** Called with each request that reaches the account. */
let onRequest: () => void | Promise<void> = () => {};

beforeAll(async () => {
  simulator = await startSimulator({
    leads: 20_000,
    requestsPerSecond: null,
    onRequest: () => onRequest(),
  });
  ({ 'config.json': config } = writeFiles({
    'config.json': { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 },
  }));
});
afterAll(() => simulator.close());

const readLeads = () => ['read', '--config', config, '--streams', 'leads'];

/** Lets `count` requests pass; resolves when the next one is there, which waits until the account is closed. */
function holdAfter(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let passed = 0;
  onRequest = () => {
    if (passed++ < count) return;
    resolve();
    return new Promise(() => {});
  };
  return promise;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: the last safe state, then an end by the signal',
  async (name) => {
    const held = holdAfter(30);
    const program = startProgram('source-kommo', readLeads());
    const end = ended(program);
    await held;
    program.kill(name);
    const { code, signal, stdout, stderr } = await end;
    expect([code, signal]).toEqual([null, name]);
    expect(stderr).toBe('');
    const messages = readMessages(stdout);
    const states = ofType(messages, 'STATE');
    expect(states.length).toBeGreaterThan(0);
    expect(states.at(-1).stream.stream_state.finished).toBe(0);
    const counted = states.reduce((sum, state) => sum + state.sourceStats.recordCount, 0);
    expect(ofType(messages, 'RECORD').length).toBe(counted);
    expect(statusesIn(messages).at(-1)).toBe('leads INCOMPLETE');
    expect(errorsIn(messages)[0].failure_type).toBe('transient_error');
  },
);

test('a reader that goes away ends the program quietly, and not as a success', async () => {
  onRequest = () => {};
  const program = startProgram('source-kommo', readLeads());
  const end = ended(program);
  await once(program.stdout, 'data');
  program.stdout.destroy();
  const { code, signal, stderr } = await end;
  expect(signal).toBeNull();
  expect(code).toBe(1);
  expect(stderr).toBe('');
});

/** A program whose output nobody reads, so that it has come to a stop in the middle of its work. */
async function startStalledProgram(environment: NodeJS.ProcessEnv = {}) {
  let requests = 0;
  onRequest = () => {
    requests += 1;
  };
  const program = startProgram('source-kommo', readLeads(), environment);
  for (let before = -1; requests < 2 || requests > before; ) {
    before = requests;
    // Nothing tells from outside that a process waits: that it asks no more does.
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return program;
}

test('a reader that is asleep does not keep a stopped program alive', async () => {
  const program = await startStalledProgram();
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([null, 'SIGTERM']);
});

test('a second signal ends the program at once', async () => {
  const program = await startStalledProgram();
  const begun = performance.now();
  program.kill('SIGTERM');
  const again = setInterval(() => program.kill('SIGINT'), 200);
  expect(await once(program, 'exit')).toEqual([null, 'SIGINT']);
  clearInterval(again);
  expect(performance.now() - begun).toBeLessThan(3000);
});

describe('as the first process of a container, which no signal ends that nobody listens to', () => {
  const firstProcess = `data:text/javascript,Object.defineProperty(process, 'pid', { value: 1 });process.kill = () => true;`;
  const environment = { NODE_OPTIONS: `--import=${encodeURI(firstProcess)}` };

  test('SIGTERM is answered by the last safe state and the code 143', async () => {
    const held = holdAfter(30);
    const program = startProgram('source-kommo', readLeads(), environment);
    const end = ended(program);
    await held;
    program.kill('SIGTERM');
    const { code, signal, stdout } = await end;
    expect([code, signal]).toEqual([143, null]);
    expect(ofType(readMessages(stdout), 'STATE').length).toBeGreaterThan(0);
    expect(statusesIn(readMessages(stdout)).at(-1)).toBe('leads INCOMPLETE');
  });

  test('a reader that is asleep keeps it no longer than 5 seconds', async () => {
    const program = await startStalledProgram(environment);
    const begun = performance.now();
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([143, null]);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test('a second signal ends it at once', async () => {
    const program = await startStalledProgram(environment);
    const begun = performance.now();
    program.kill('SIGTERM');
    const again = setInterval(() => program.kill('SIGINT'), 200);
    expect(await once(program, 'exit')).toEqual([130, null]);
    clearInterval(again);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

test('the simulator ends by the signal too', async () => {
  const program = startProgram('source-kommo', ['simulator', '--leads', '5']);
  const end = ended(program);
  await once(program.stdout, 'data');
  program.kill('SIGINT');
  expect((await end).signal).toBe('SIGINT');
});
