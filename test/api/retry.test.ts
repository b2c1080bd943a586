import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { type SizeOfPage, withRetries } from '../../src/api/retry.ts';
import { Setback, type SetbackKind } from '../../src/api/setback.ts';
import { Silence } from '../../src/api/silence.ts';
import { createTransport } from '../../src/api/transport.ts';
import { HeavyPageError, InterruptedError, TransientError } from '../../src/errors.ts';
import { createVirtualClock } from './virtual-clock.ts';

const minutes = (count: number) => count * 60_000;

/** An account of which each request fails in the same way for so long, and takes a tenth of a second. */
function setUp(kind: SetbackKind, { until = Number.POSITIVE_INFINITY, silence = new Silence() } = {}) {
  const clock = createVirtualClock(0);
  const stopping = new AbortController();
  const lines: string[] = [];
  const tried: number[] = [];
  const attempt = async (): Promise<string> => {
    tried.push(clock.now());
    await clock.sleep(100);
    if (clock.now() < until) throw new Setback(kind, 'it failed');
    return 'done';
  };
  const options = {
    clock,
    random: () => 0.999,
    log: (_: string, message: string) => void lines.push(message),
    signal: stopping.signal,
    silence,
  };
  const start = (size: SizeOfPage = 'smallest') =>
    withRetries(attempt, { purpose: 'leads', size }, options).catch((error) => error);
  return { clock, stopping, lines, start, tried };
}

describe('tries end', () => {
  test('with the reason of the signal, without another one and without a word of it', async () => {
    const { clock, stopping, lines, start, tried } = setUp('broken');
    const failure = start();
    stopping.abort(new InterruptedError('stopped'));
    expect(await clock.settle(failure)).toEqual(new InterruptedError('stopped'));
    expect(tried).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test.each<[SetbackKind, number]>([
    ['unknown-host', 2],
    ['unreachable', 2],
    ['broken', 15],
    ['timeout', 15],
    ['gateway', 15],
    ['server', 15],
  ])(
    'of the kind %s after %i minutes without a good answer, and few of them are made',
    async (kind, limit) => {
      const { clock, start, tried } = setUp(kind);
      const error = await clock.settle(start());
      expect(error).toBeInstanceOf(TransientError);
      expect(error.message).toContain(`No good answer came in ${limit} minutes`);
      expect(clock.now()).toBeGreaterThanOrEqual(minutes(limit));
      expect(clock.now()).toBeLessThan(minutes(limit) + 1000);
      expect(tried.length).toBeLessThan(30);
    },
  );

  test('later for a host that cannot be reached any more than for one that never could', async () => {
    const silence = new Silence();
    silence.end();
    const { clock, start } = setUp('unreachable', { silence });
    await clock.settle(start());
    expect(clock.now()).toBeGreaterThanOrEqual(minutes(15));
  });

  test('for everybody at once when nobody had a good answer for so long', async () => {
    const { clock, start, tried } = setUp('server');
    await clock.settle(start());
    const [before, begun] = [tried.length, clock.now()];
    expect((await clock.settle(start())).message).toContain('No good answer came in 15 minutes (1 try)');
    expect(tried.length).toBe(before + 1);
    expect(clock.now() - begun).toBeLessThan(1000);
  });

  test.each<SetbackKind>(['broken', 'gateway', 'server', 'unreachable'])(
    'well where trouble of the kind %s is over in time',
    async (kind) => {
      const { clock, start } = setUp(kind, { until: minutes(kind === 'unreachable' ? 1.9 : 14) });
      expect(await clock.settle(start())).toBe('done');
    },
  );
});

describe('a page size is given back as too heavy', () => {
  test.each<[SizeOfPage, SetbackKind, number]>([
    ['usual', 'timeout', 2],
    ['trial', 'timeout', 1],
    ['trial', 'gateway', 1],
  ])('where it is %s and met a %s, after %i tries', async (size, kind, tries) => {
    const { clock, start, tried } = setUp(kind);
    expect(await clock.settle(start(size))).toBeInstanceOf(HeavyPageError);
    expect(tried).toHaveLength(tries);
  });

  test('where it is usual and was refused at once for two minutes', async () => {
    const { clock, start } = setUp('gateway');
    expect(await clock.settle(start('usual'))).toBeInstanceOf(HeavyPageError);
    expect(clock.now()).toBeGreaterThan(minutes(2));
  });

  test.each<[SizeOfPage, SetbackKind]>([
    ['smallest', 'timeout'],
    ['smallest', 'gateway'],
    ['trial', 'server'],
    ['trial', 'broken'],
  ])('never where it is %s and met trouble of the kind %s', async (size, kind) => {
    const { clock, start } = setUp(kind);
    const error = await clock.settle(start(size));
    expect(error).toBeInstanceOf(TransientError);
    expect(error).not.toBeInstanceOf(HeavyPageError);
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
