import { type Sighting, unknown } from '../finding.ts';
import type { Probe } from '../look.ts';
import { share } from './filters.ts';

const median = (numbers: readonly number[]) =>
  numbers.toSorted((one, other) => one - other)[numbers.length >> 1]!;

/** Clocks that are this near to each other are the same: a `Date` knows whole seconds only. */
const tolerance = 2;

/** The clocks of the servers, from every answer that was given. */
export const clocks: Probe = {
  doubts: ['dateHeader', 'clockSkew', 'strayDate'],
  async look({ transport: { exchanges } }) {
    const ahead = exchanges.flatMap(({ ahead }) => (ahead === undefined ? [] : [ahead]));
    const undated = unknown('would need answers with a Date');
    if (ahead.length === 0) return { dateHeader: { value: false }, clockSkew: undated, strayDate: undated };
    const middle = median(ahead);
    const strays = ahead.filter((one) => Math.abs(one - middle) > tolerance);
    return {
      dateHeader: { value: true, isMixed: ahead.length < exchanges.length },
      clockSkew: {
        value: steady(middle),
        follows: 'against the clock of this machine, which may be the wrong one',
      },
      strayDate: {
        value: strays.length === 0 ? 0 : steady(median(strays) - middle),
        follows: `${strays.length} of ${ahead.length} answers`,
      },
    };
  },
};

function steady(seconds: number): number {
  const whole = Math.round(seconds);
  if (Math.abs(whole) <= tolerance) return 0;
  const round = Math.round(whole / 15) * 15;
  return Math.abs(whole - round) <= 1 ? round : whole;
}

/** Empty answers where there were rows a moment later, among all that had to hold some. */
export const prematureEnds: Probe = {
  doubts: ['prematureEnds'],
  async look({ questions: { sure, silent } }) {
    const sighting: Sighting = {
      value: share(silent, sure),
      isMixed: silent > 0,
      follows: `${silent} of ${sure} answers`,
    };
    return { prematureEnds: sure < 20 ? unknown('would need more answers with rows') : sighting };
  },
};

/** Requests that the connector has under way at most. */
const mostInFlight = 64;
/** What it leaves between them, so that no second holds more than is permitted. */
const leastRoom = 0.035;

/** Times of answers, what they were packed with, and how fast they can follow each other. */
export const line: Probe = {
  doubts: ['latency', 'spread', 'rate', 'compression', 'http2'],
  async look({ transport: { exchanges }, requestsPerSecond, offeredProtocol }) {
    const times = exchanges.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
    const at = (part: number) => Math.round(times[Math.floor(part * (times.length - 1))]!);
    const refused = exchanges.filter(({ status }) => status === 429).length;
    const encodings = [...new Set(exchanges.map(({ encoding }) => encoding))].filter((name) =>
      ['gzip', 'br', 'deflate'].includes(name),
    );
    const rate = Math.min(requestsPerSecond / (1 + leastRoom), (1000 * mostInFlight) / Math.max(1, at(0.5)));
    const offered = await offeredProtocol();
    return {
      latency: { value: `${at(0.5)} ms` },
      spread: { value: `${at(0.9) - at(0.1)} ms`, follows: 'between the fastest and the slowest tenth' },
      rate: {
        value: `${rate.toFixed(1)} requests a second`,
        follows: `${refused} of ${times.length} were refused for the rate`,
      },
      http2: {
        ...(offered === undefined
          ? unknown('would need https, and no proxy')
          : { value: offered === 'h2' ? 'offered' : 'not offered' }),
        follows: 'the connector speaks HTTP/1.1',
      },
      compression: { value: encodings.join(' and ') || 'none' },
    };
  },
};
