import { type Ending, type StreamTally, secondsLeft, secondsOf } from './tally.ts';

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,250 rows`, `1 request`. */
export function countsOf({ records, requests }: Readonly<StreamTally>): [rows: string, requests: string] {
  return [counted(records, 'row'), counted(requests, 'request')];
}

function counted(number: number, noun: string): string {
  return `${wholeNumber.format(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** How a stream has ended, and in what time where that says something. */
export function endOf(stream: Readonly<StreamTally>, ending: Ending, now: number): string {
  return ending === 'complete' ? `complete in ${secondsOf(stream, now).toFixed(1)} s` : ending;
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
