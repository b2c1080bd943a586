import type { Listing, PageRead, PageRequest } from '../listing.ts';

export interface NextPage {
  request: PageRequest;
  /** The position behind the page when it comes full. */
  reach: number;
}

export interface Taken extends NextPage {
  read: PageRead;
  /** It was asked for before the page in front of it had come. */
  isAhead: boolean;
}

/**
 * Asks for the pages of one window in order, and ahead of their turn as long as the permitted rate is not used
 * otherwise. A page ahead is a bet that the ones before it come full; who takes pages drops the bet when it is lost.
 */
export class Ahead {
  readonly #listing: Listing;
  readonly #next: (position: number) => NextPage;
  #asked: { page: NextPage; read: Promise<PageRead>; isAhead: boolean }[] = [];
  readonly #likelyRows: number;
  #reach = 0;
  #taken = 0;

  /** `likelyRows` is how many rows the window should hold, as far as anybody can say. */
  constructor(listing: Listing, likelyRows: number, next: (position: number) => NextPage) {
    this.#likelyRows = likelyRows;
    this.#listing = listing;
    this.#next = next;
  }

  /** The page at `position`, which is where the pages taken so far have led, or where one wants to go after a drop. */
  async take(position: number): Promise<Taken> {
    if (this.#asked.length === 0) {
      this.#reach = position;
      this.#ask(false);
    }
    const bets = Math.min(this.#listing.spareRequests(), this.#sensibleBets());
    while (this.#asked.length < 1 + bets) this.#ask(true);
    const { page, read, isAhead } = this.#asked.shift()!;
    this.#taken += 1;
    return { ...page, read: await read, isAhead };
  }

  /** Forgets what was asked for ahead. */
  drop(): void {
    this.#asked = [];
  }

  /** Pages to bet on: as many as have come, where nobody can say how many there are; else fewer, up to the likely end. */
  #sensibleBets(): number {
    if (this.#likelyRows === Number.POSITIVE_INFINITY) return this.#taken;
    const left = Math.ceil(this.#likelyRows / this.#listing.largest) - this.#taken - 1;
    return Math.min(Math.floor(this.#taken / 2), left < 0 ? this.#taken : Math.max(2, left));
  }

  #ask(isAhead: boolean): void {
    const page = this.#next(this.#reach);
    const read = this.#listing.ask(page.request);
    // A lost bet may fail unheard.
    read.catch(() => {});
    this.#asked.push({ page, read, isAhead });
    this.#reach = page.reach;
  }
}
