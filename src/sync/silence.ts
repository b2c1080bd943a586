/** Further looks at an empty answer of a list of which nothing is known. */
const firstLooks = 3;
/** Empty lists of a family that are looked at in full before their like is believed. */
const telling = 30;
/** Of those that come later, every so-manieth is looked at in full. */
const sampled = 8;

/**
 * How far empty answers can be believed of lists of which nothing is known. Of many lists of one family, most may be
 * empty: when enough of them have stayed empty at each look, and none came empty that was not, only samples are
 * looked at again. One that was not empty after all ends that for the rest of the run.
 */
export class Silence {
  #kept = 0;
  #isBroken = false;
  readonly #isOfMany: boolean;

  constructor({ isOfMany }: { isOfMany: boolean }) {
    this.#isOfMany = isOfMany;
  }

  /** How often the next empty answer is to be asked for again. */
  get looks(): number {
    const isTrusted = this.#isOfMany && !this.#isBroken && this.#kept >= telling;
    return isTrusted && this.#kept % sampled > 0 ? 0 : firstLooks;
  }

  /** An empty answer was looked at so often, or held to be true at once. */
  wasKept(): void {
    this.#kept += 1;
  }

  /** Rows came where an answer had been empty. */
  wasBroken(): void {
    this.#isBroken = true;
  }
}
