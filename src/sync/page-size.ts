import type { SizeOfPage } from '../api/retry.ts';

/** With fewer different sizes than there are above half of this, some places could not be asked for. */
const smallest = 20;
/** So many good answers before a larger page is tried, and four times as many after each trial that failed. */
const firstWait = 4;
const longestWait = 256;

/** The page size that the server bears: halved where it does not manage one, and grown back. */
export class PageSize {
  /** The largest page that may be asked for. */
  largest: number;
  readonly #full: number;
  /** The largest size that was answered since one was not. */
  #borne: number;
  #good = 0;
  #wait = firstWait;

  constructor(full: number) {
    this.#full = full;
    this.#borne = full;
    this.largest = full;
  }

  /** How a page of `limit` is asked for. */
  sizeOf(limit: number): SizeOfPage {
    if (limit <= smallest) return 'smallest';
    return limit > this.#borne ? 'trial' : 'usual';
  }

  /** A page of `limit` was answered. */
  answered(limit: number): void {
    if (limit <= this.largest / 2) return;
    this.#borne = this.largest;
    if (this.largest === this.#full) {
      this.#wait = firstWait;
      return;
    }
    this.#good += 1;
    if (this.#good < this.#wait) return;
    this.#good = 0;
    this.largest = Math.min(this.#full, 2 * this.largest);
  }

  /** The server did not manage a page of `limit`. */
  failed(limit: number): void {
    // Several readers may fail at the same size at once: what counts is the size that failed.
    if (limit > this.largest) return;
    this.#good = 0;
    if (this.#borne > 0 && limit > this.#borne) {
      this.#wait = Math.min(longestWait, 4 * this.#wait);
      this.largest = this.#borne;
    } else {
      this.#borne = 0;
      this.largest = Math.max(smallest, Math.floor(limit / 2));
    }
  }
}
