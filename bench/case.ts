import type { Lab } from './lab.ts';

/** What a figure counts. */
export type Unit = 'share' | 'megabytes' | 'seconds' | 'count' | 'times';

export type Bar = { atLeast: number } | { atMost: number };

/** One row of the table. */
export interface Measurement {
  what: string;
  figure: number;
  unit: Unit;
  bar: Bar;
  /** What the figure was made of, for the JSON. */
  details?: Readonly<Record<string, number>>;
}

export interface BenchCase {
  name: string;
  /** It waits most of the time, so that several of its kind may run side by side; others have the machine alone. */
  waits: boolean;
  /** It takes too long for the quick run. */
  onlyInFull?: boolean;
  measure(lab: Lab): Promise<Measurement[]>;
}

export function reachesBar({ figure, bar }: Measurement): boolean {
  return 'atLeast' in bar ? figure >= bar.atLeast : figure <= bar.atMost;
}
