export type { Finding, Grade } from '../doctor-report.ts';

/** What a probe saw of a doubt, before it is graded. */
export interface Sighting {
  readonly value?: string | number | boolean;
  /** Some answers showed something else. */
  readonly isMixed?: boolean;
  /** Why there is no value: what would be needed. */
  readonly needs?: string;
  readonly follows?: string;
}

export const unknown = (needs: string): Sighting => ({ needs });
