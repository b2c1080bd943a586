import type { Interval } from '../../stream/interval.ts';
import { merge } from '../../stream/interval.ts';
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
  answer: Promise<void>;
  read?: PageRead;
  /** An empty answer is not to be doubted any more. */
  isSure: boolean;
  /** It was widened by a second that has rows, to see whether this holds any. */
  doubted?: Interval;
}

/**
 * The parts of a window, the last one added first; others are asked for before their turn as long as the permitted
 * rate is not used otherwise, and then come as they are answered.
 *
 * An empty answer is doubted: at the end, empty neighbours are asked for together, with a second beside them that has
 * rows, so that an honest answer is not empty.
 */
export class Parts {
  readonly #listing: Listing;
  readonly #waiting: Part[] = [];
  readonly #asked = new Set<Asked>();
  #empty: Interval[] = [];

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  add(...parts: readonly Part[]): void {
    this.#waiting.push(...parts);
  }

  /** The next part and its first page, which is not empty but for the first one; undefined when none is left. */
  async next(isFirst: boolean): Promise<(Part & { request: PageRequest; read: PageRead }) | undefined> {
    for (;;) {
      if (this.#asked.size === 0) this.#askNext();
      while (this.#waiting.length > 0 && this.#listing.spareRequests() > 0) this.#askNext();
      if (this.#waiting.length === 0) this.#doubt();
      if (this.#asked.size === 0) return undefined;
      const part = await this.#answered();
      const { read, request, isSure, doubted, ...rest } = part;
      if (doubted !== undefined) this.#settle(doubted, part);
      else if (isFirst || read.rows.length > 0 || read.exists) {
        return { ...rest, read, request };
      } else if (!isSure) this.#empty.push({ from: part.from, to: part.to });
    }
  }

  async #answered(): Promise<Asked & { read: PageRead }> {
    await Promise.race([...this.#asked].map(({ answer }) => answer));
    const part = [...this.#asked].find(({ read }) => read !== undefined)!;
    this.#asked.delete(part);
    return part as Asked & { read: PageRead };
  }

  #askNext(): void {
    const part = this.#waiting.pop();
    if (part !== undefined) this.#ask({ ...part, isSure: false });
  }

  #ask(part: Omit<Asked, 'request' | 'answer'>): void {
    const request = { bounds: this.#listing.bounds(part), place: firstPage };
    // Other parts of the window have brought rows: a trouble that gives none would be over by then.
    const answer = this.#listing.ask(part.isSure ? { ...request, looks: patience - 1 } : request);
    const asked: Asked = {
      ...part,
      request,
      answer: answer.then((read) => {
        asked.read = read;
      }),
    };
    // What nobody comes to take may fail unheard.
    asked.answer.catch(() => {});
    this.#asked.add(asked);
  }

  /**
   * Asks for what came empty, with a second beside it: at the end for all of it, and before, while there is room beside
   * other requests, for what no part is beside that may come empty too.
   */
  #doubt(): void {
    const asked = [...this.#asked];
    const empty = merge(this.#empty);
    this.#empty = [];
    for (const { from, to } of empty) {
      const wider = this.#listing.known.widen({ from, to });
      const isBeside = asked.some((part) => part.to === from - 1 || part.from === to + 1);
      const isEarly = asked.length > 0;
      if (isEarly && (isBeside || wider === undefined || this.#listing.spareRequests() <= 0))
        this.#empty.push({ from, to });
      else this.#ask({ from, to, ...wider, isSure: true, ...(wider && { doubted: { from, to } }) });
    }
  }

  /** What the wider answer says of an interval of which an empty answer came. */
  #settle({ from, to }: Interval, asked: Asked & { read: PageRead }): void {
    const { rows } = asked.read;
    if (rows.some(({ cursor }) => cursor >= from && cursor <= to)) this.add({ from, to });
    // Those beside it have left.
    else if (rows.length === 0) this.#ask({ from, to, isSure: true });
    else if (!this.#isAll(asked.read)) {
      // Those beside it may fill the page; meanwhile one that is nearer may be known.
      const wider = this.#listing.known.widen({ from, to });
      if (wider !== undefined && wider.to - wider.from < asked.to - asked.from)
        this.#empty.push({ from, to });
      else this.#ask({ from, to, isSure: true });
    }
  }

  /** The page leaves nothing out, though the token may not see all rows of it. */
  #isAll(read: PageRead): boolean {
    const { facts } = this.#listing;
    const { rows, limit, hasNext } = read;
    return facts.judge(read) === 'end' || (rows.length * 2 < limit && (!hasNext || facts.next === 'always'));
  }
}
