import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/api/pace.ts';
import { createAdaptiveRate } from '../../src/api/rate.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Whether a request that arrives now is answered. */
type Server = (now: number) => boolean;

function sliding(limit: number, milliseconds: number, countsRefused = false): Server {
  let arrivals: number[] = [];
  return (now) => {
    arrivals = arrivals.filter((at) => at > now - milliseconds);
    const isPermitted = arrivals.length < limit;
    if (isPermitted || countsRefused) arrivals.push(now);
    return isPermitted;
  };
}

function bucket(perSecond: number): Server {
  let tokens = perSecond;
  let filledAt: number | undefined;
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - (filledAt ?? now)) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

interface Sharing {
  countsRefused?: boolean;
  /** When the other program's requests come, and until when. */
  phase?: number;
  until?: number;
}

/** Another program takes 3.5 of the 7 requests a second. */
function shared({
  countsRefused = false,
  phase = 0,
  until = Number.POSITIVE_INFINITY,
}: Sharing = {}): Server {
  const server = sliding(7, 1000, countsRefused);
  let next = phase - 2000;
  return (now) => {
    for (; next <= now && next < until; next += 1000 / 3.5) server(next);
    return server(now);
  };
}

interface Arrival {
  at: number;
  isRefused: boolean;
}

/** Reads until `isEnough`, with more requests in flight than the rate needs. */
async function readAgainst(
  server: Server,
  latency: number,
  isEnough: (answered: number, now: number) => boolean,
): Promise<Arrival[]> {
  const clock = createVirtualClock(0);
  const pacer = createPacer({ requestsPerSecond: 7, clock, signal: new AbortController().signal });
  const arrivals: Arrival[] = [];
  let answered = 0;
  const worker = async () => {
    while (!isEnough(answered, clock.now())) {
      const turn = await pacer.turn();
      await clock.sleep(latency / 2);
      const isRefused = !server(clock.now());
      arrivals.push({ at: clock.now(), isRefused });
      await clock.sleep(latency / 2);
      if (isRefused) pacer.refused(turn, undefined);
      else {
        answered++;
        pacer.answered(turn);
      }
    }
  };
  await clock.settle(Promise.all(Array.from({ length: 12 }, worker)));
  return arrivals;
}

const refusedOf = (arrivals: readonly Arrival[]) => arrivals.filter(({ isRefused }) => isRefused);
const refusedShare = (arrivals: readonly Arrival[]) => refusedOf(arrivals).length / arrivals.length;

/** When requests were refused; refusals less than three seconds apart are one occasion, noticed once. */
function occasions(arrivals: readonly Arrival[]): number[] {
  const times = refusedOf(arrivals).map(({ at }) => at);
  return times.filter((at, index) => index === 0 || at - times[index - 1]! > 3000);
}

const phases = Array.from({ length: 8 }, (_, index) => index * 36);

describe.each([50, 250, 1000])('a program that takes half of the limit, at a latency of %i ms', (latency) => {
  // Where refused requests count too, the seven that are under way when the first refusal comes are refused.
  test.each([
    [false, 0.05],
    [true, latency < 1000 ? 0.05 : 0.08],
  ])('is made room for within ten seconds (refused requests count: %s)', async (countsRefused, most) => {
    for (const phase of phases) {
      const server = shared({ countsRefused, phase });
      const arrivals = await readAgainst(server, latency, (answered) => answered >= 200);
      expect(refusedShare(arrivals)).toBeLessThan(most);
      const settled = arrivals.filter(({ at }) => at >= 10_000);
      // Evenly spaced requests of two programs fit into every second up to 3 of ours.
      const used = (settled.length - refusedOf(settled).length) / (settled.at(-1)!.at - 10_000);
      expect(used * 1000).toBeGreaterThan(3 * 0.85);
      const probes = occasions(settled);
      expect(probes.length).toBeLessThanOrEqual(2);
      if (probes.length === 2) expect(probes[1]! - probes[0]!).toBeGreaterThan(30_000);
    }
  });

  test.each([false, true])(
    'is forgotten within a minute (refused requests count: %s)',
    async (countsRefused) => {
      for (const phase of phases) {
        const server = shared({ countsRefused, phase, until: 10_000 });
        const arrivals = await readAgainst(server, latency, (_, now) => now > 80_000);
        const late = arrivals.filter(({ at, isRefused }) => at >= 70_000 && at < 80_000 && !isRefused);
        expect(late.length / 10).toBeGreaterThanOrEqual(7 * 0.95);
      }
    },
  );
});

describe.each<[string, () => Server, number]>([
  ['permits 7 in two seconds', () => sliding(7, 2000), 3.5],
  ['permits 7 in two seconds and counts the refused', () => sliding(7, 2000, true), 3.5],
  ['permits 4 in a second', () => sliding(4, 1000), 4],
  ['permits 3 in a second and counts the refused', () => sliding(3, 1000, true), 3],
  ['fills a bucket of 3.5', () => bucket(3.5), 3.5],
])('a server that %s', (_, server, permitted) => {
  test.each([50, 250, 1000])('at a latency of %i ms refuses few requests and is used', async (latency) => {
    const arrivals = await readAgainst(server(), latency, (answered) => answered >= 420);
    expect(refusedShare(arrivals)).toBeLessThan(latency < 1000 ? 0.03 : 0.08);
    expect(refusedShare(arrivals.filter(({ at }) => at > 15_000))).toBeLessThan(0.04);
    const answered = arrivals.length - refusedOf(arrivals).length;
    expect((answered / arrivals.at(-1)!.at) * 1000).toBeGreaterThan(permitted * 0.75);
  });
});

describe('a lower rate', () => {
  test('is what was accepted, outlives one refusal after it went well, and does not outlive two', () => {
    const rate = createAdaptiveRate(7);
    for (const at of [0, 300, 600, 900, 1000]) rate.started(at);
    rate.refused(1100, 1000);
    expect(rate.at(1100)).toBe(3);
    for (let at = 2000; at <= 16_000; at += 350) rate.started(at);
    rate.refused(16_100, 16_000);
    expect(rate.at(16_100)).toBe(3);
    for (const at of [17_100, 17_450, 17_800]) rate.started(at);
    rate.refused(17_900, 17_800);
    expect(rate.at(17_900)).toBe(2);
  });
});
