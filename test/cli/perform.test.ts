import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { errorsIn, readMessages } from '../dialect/airbyte/messages.ts';
import { performHere } from './in-process.ts';
import { ended, startShell, writeFiles } from './program.ts';

test('what is thrown where nobody can catch it is told in the language of the command', async () => {
  const { promise: crashed, reject } = Promise.withResolvers<never>();
  const simulator = await startSimulator({
    leads: 5,
    onRequest() {
      reject(new RangeError('index 9'));
      return new Promise(() => {});
    },
  });
  const { 'config.json': config } = writeFiles({
    'config.json': { api_url: simulator.url, api_key: simulator.token },
  });
  const stopping = new AbortController();
  const { code, stdout, stderr } = await performHere(['check', '--config', config], {
    crashed,
    signal: stopping.signal,
  });
  stopping.abort();
  await simulator.close();
  const [error] = errorsIn(readMessages(stdout));
  expect(error).toMatchObject({ failure_type: 'system_error', internal_message: 'index 9' });
  expect(error.message).not.toContain('index 9');
  expect(stderr).toBe('');
  expect(code).toBe(1);
});

test('a defect before any command is there goes to stderr', async () => {
  const crashed = Promise.reject(new RangeError('index 9'));
  const { code, stdout, stderr } = await performHere(['spec'], { crashed });
  expect(stderr).toMatch(/^source-kommo: a bug in this program; please report it: RangeError: index 9/);
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

test.each(['spec', '--help'])(
  'a disk that is full under the output of %s is told on stderr',
  async (command) => {
    const { code, stderr } = await ended(startShell(`source-kommo ${command} > /dev/full`));
    expect(stderr).toBe('source-kommo: The output cannot be written (ENOSPC).\n');
    expect(code).toBe(1);
  },
);
