import type { Interval } from '../../stream/interval.ts';
import { firstPage, type Listing, type PageRead, type PageRequest, patience } from '../listing.ts';

/** A part of a window that is still to be read. */
export interface Part extends Interval {
  /** The answer that it goes on behind. */
  before?: PageRead;
  /** It was asked for before, and is once more. */
  isAgain?: boolean;
}

interface Asked extends Part {
  request: PageRequest;
  answer: Promise<PageRead>;
  read: PageRead | undefined;
}

/**
 * The parts of a window, the last one added first; others are asked for before their turn as long as the permitted
 * rate is not used otherwise, and then come as they are answered.
 */
export class Parts {
  readonly #listing: Listing;
  readonly #waiting: Part[] = [];
  readonly #asked = new Set<Asked>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  add(...parts: readonly Part[]): void {
    this.#waiting.push(...parts);
  }

  /** The next part and its first page; undefined when none is left. */
  async next(isFirst: boolean): Promise<(Part & { request: PageRequest; read: PageRead }) | undefined> {
    if (this.#asked.size === 0) this.#ask(isFirst);
    while (this.#waiting.length > 0 && this.#listing.spareRequests() > 0) this.#ask(false);
    if (this.#asked.size === 0) return undefined;
    await Promise.race([...this.#asked].map(({ answer }) => answer));
    for (const part of this.#asked) {
      const { read } = part;
      if (read === undefined) continue;
      this.#asked.delete(part);
      return { ...part, read };
    }
    throw new Error('no answer came');
  }

  #ask(isFirst: boolean): void {
    const part = this.#waiting.pop();
    if (part === undefined) return;
    const request = { bounds: this.#listing.bounds(part), place: firstPage };
    // Other parts of the window have brought rows: a trouble that gives none would be over by then.
    const answer = this.#listing.ask(isFirst ? request : { ...request, looks: patience - 1 });
    const asked: Asked = { ...part, request, answer, read: undefined };
    asked.answer = answer.then((read) => {
      asked.read = read;
      return read;
    });
    // What nobody comes to take may fail unheard.
    asked.answer.catch(() => {});
    this.#asked.add(asked);
  }
}
