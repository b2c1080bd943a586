import type { SetbackKind } from './setback.ts';

/** The program gives up when the account gave no good answer for so many milliseconds … */
const longestSilence = 15 * 60 * 1000;
/** … or for so many when nothing was ever heard of its host: a name that is mistyped stays so. */
const longestSilenceOfStranger = 2 * 60 * 1000;

/** How long the account has given no good answer to anybody in the process; milliseconds. */
export class Silence {
  #since: number | undefined;
  #isKnown = false;

  /** An answer came that needs no other try. */
  end(): void {
    this.#since = undefined;
    this.#isKnown = true;
  }

  /** A try that began at `begun` failed. */
  lasts(begun: number, kind: SetbackKind): void {
    this.#since ??= begun;
    if (kind !== 'unknown-host' && kind !== 'unreachable') this.#isKnown = true;
  }

  /** How long a task that is being tried since `begun`, or everybody, has been waiting for a good answer. */
  length(now: number, begun: number): number {
    return now - Math.min(begun, this.#since ?? begun);
  }

  /** How much longer such a task is worth another try. */
  patience(now: number, begun: number): number {
    return (this.#isKnown ? longestSilence : longestSilenceOfStranger) - this.length(now, begun);
  }
}
