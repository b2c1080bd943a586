import { type StreamTally, secondsLeft, secondsOf } from './tally.ts';

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,250 rows`, `1 request`. */
export function countsOf({ records, requests }: Readonly<StreamTally>): [rows: string, requests: string] {
  return [counted(records, 'row'), counted(requests, 'request')];
}

function counted(number: number, noun: string): string {
  return `${wholeNumber.format(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Why an account or a token cannot have a stream, by the status: short, for the last column of a table. */
const refusals: Readonly<Record<number, string>> = {
  401: 'no access',
  402: 'not in plan',
  403: 'no access',
  404: 'not found',
  422: 'disabled',
};

/** How a stream has ended; undefined while it has not. */
export function endingOf({ ending, refusedWith = 0 }: Readonly<StreamTally>): string | undefined {
  return refusals[refusedWith] ?? ending;
}

/** The same, and in what time where that says something. */
export function endOf(stream: Readonly<StreamTally>, now: number): string | undefined {
  return stream.ending === 'complete'
    ? `complete in ${secondsOf(stream, now).toFixed(1)} s`
    : endingOf(stream);
}

/** `50 %`; undefined where nobody can tell, or where a first window is so large that it says nothing yet. */
export function percentOf({ fraction }: Readonly<StreamTally>): string | undefined {
  return fraction === undefined || fraction < 0.01 ? undefined : `${Math.floor(fraction * 100)} %`;
}

/** `4 min left`, rounded as much as a guess deserves; nothing where nobody can tell. */
export function timeLeftOf(stream: Readonly<StreamTally>, now: number): string[] {
  const seconds = secondsLeft(stream, now);
  if (seconds === undefined) return [];
  if (seconds < 60) return [`${Math.max(10, Math.round(seconds / 10) * 10)} s left`];
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return [`${minutes} min left`];
  return [`${Math.floor(minutes / 60)} h ${minutes % 60} min left`];
}
