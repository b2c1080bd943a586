import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { withRetries } from '../../src/api/retry.ts';
import { Setback, type SetbackKind } from '../../src/api/setback.ts';
import { createTransport } from '../../src/api/transport.ts';
import { InterruptedError, TransientError } from '../../src/errors.ts';
import { createVirtualClock } from './virtual-clock.ts';

function setUp(kind: SetbackKind) {
  const clock = createVirtualClock(0);
  const stopping = new AbortController();
  const lines: string[] = [];
  let tries = 0;
  const attempt = async (): Promise<never> => {
    tries++;
    await clock.sleep(100);
    throw new Setback(kind, 'it failed');
  };
  const options = {
    clock,
    random: () => 0.999,
    log: (_: string, message: string) => void lines.push(message),
    signal: stopping.signal,
  };
  const task = { purpose: 'leads', canShrink: false };
  const failure = withRetries(attempt, task, options).catch((error) => error);
  return { clock, stopping, lines, failure, tries: () => tries };
}

describe('tries end', () => {
  test('with the reason of the signal, without another one and without a word of it', async () => {
    const { clock, stopping, lines, failure, tries } = setUp('broken');
    stopping.abort(new InterruptedError('stopped'));
    expect(await clock.settle(failure)).toEqual(new InterruptedError('stopped'));
    expect(tries()).toBe(1);
    expect(lines).toEqual([]);
  });

  test('within a few seconds where the host does not exist', async () => {
    const { clock, failure } = setUp('unknown-host');
    const error = await clock.settle(failure);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain('subdomain is spelled');
    expect(clock.now()).toBeLessThan(4000);
  });

  test('later where it does not answer', async () => {
    const { clock, failure } = setUp('unreachable');
    expect(await clock.settle(failure)).toBeInstanceOf(TransientError);
    expect(clock.now()).toBeGreaterThan(10_000);
  });
});

test.each([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'unreachable'],
])('the transport calls %s %s', async (code, kind) => {
  const error = Object.assign(new Error(`getaddrinfo ${code}`), { code });
  nock('https://acme.kommo.com').get('/').replyWithError(error);
  const transport = createTransport();
  const sent = transport.send({ method: 'GET', url: 'https://acme.kommo.com/', headers: {} });
  await expect(sent).rejects.toMatchObject({ kind, cause: { code } });
  await transport.close();
  nock.cleanAll();
});
