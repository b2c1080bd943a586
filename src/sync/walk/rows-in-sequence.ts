import type { PageRead } from '../listing.ts';
import type { Row } from '../row.ts';

/** So many rows in the same sequence are not so by chance. */
const telling = 4;
/** So many even among others that do not keep it: by chance once in twelve factorial. */
export const certain = 12;

/** What has come of a list that is read in the sequence in which the server gives it, and how well it keeps to that. */
export class RowsInSequence {
  /** The rows that have come, by their places in the sequence. */
  readonly #seen = new Map<Row['id'], number>();
  /** A list that only grows would fill the memory, and repeats rows near its seams alone. */
  readonly #kept: number;
  /** The first rows of the list. */
  #front: ReadonlySet<Row['id']> = new Set();
  #count = 0;
  /** Steps from row to row on pages of known ones, and those of them that go back in the sequence. */
  #steps = 0;
  #contrary = 0;

  constructor(kept: number) {
    this.#kept = kept;
  }

  readonly isNew = ({ id }: Row): boolean => !this.#seen.has(id);

  /** That a page of such a list brought nothing new was chance. */
  get isShuffled(): boolean {
    return this.#steps >= certain && this.#contrary * 3 > this.#steps;
  }

  /** The rows of the page that were wanted and are new. */
  take({ rows, inside }: PageRead): Row[] {
    const fresh = inside.filter(this.isNew);
    for (const { id } of rows) {
      // Those that were known have moved, or stand where they stood.
      this.#seen.delete(id);
      this.#seen.set(id, this.#count++);
    }
    for (const id of this.#seen.keys()) {
      if (this.#seen.size <= this.#kept) break;
      this.#seen.delete(id);
    }
    return fresh;
  }

  /** Takes note of how a page that shows little new keeps to the sequence, before it is taken; `size` is that of a full one. */
  compare({ rows, page }: PageRead, size: number): void {
    if (page === 1) this.#front = new Set(rows.slice(0, telling).map(({ id }) => id));
    // Of what fits on one page, the sequence is of no matter.
    if (this.#seen.size <= size) return;
    const places = rows.flatMap(({ id }) => this.#seen.get(id) ?? []);
    if (places.length < telling || places.length < 0.9 * rows.length) return;
    this.#steps += places.length - 1;
    this.#contrary += places.filter((place, index) => index > 0 && place < places[index - 1]!).length;
  }

  /** The page goes on where the rows have come to, or shows again what stands further in front. */
  joins({ rows, page }: PageRead, proof: number): boolean {
    // In whatever sequence: nothing is new at the front.
    if (page === 1 && !rows.some(this.isNew)) return true;
    return repeats(rows, this.#seen) || continues(rows, this.#seen, { last: this.#count - 1, proof });
  }

  /** The page ends with the row that came last. */
  endsWithLast({ rows }: PageRead): boolean {
    return rows.length > 0 && this.#seen.get(rows.at(-1)!.id) === this.#count - 1;
  }

  /** Nothing of the page is new, and it ends further in front. */
  isFurtherInFront(read: PageRead): boolean {
    return read.rows.length > 0 && !read.rows.some(this.isNew) && !this.endsWithLast(read);
  }

  /** The first page again, as some servers give it behind the end. */
  readonly isFromFront = ({ rows, page }: PageRead): boolean =>
    page > 1 && rows.slice(0, telling).some(({ id }) => this.#front.has(id));

  /**
   * Most of the page is known, and not because it was to begin so far in front of `position`: it may be given instead of
   * a deeper one.
   */
  isRepeated({ rows, offset, page }: PageRead, position: number): boolean {
    const known = rows.filter((row) => !this.isNew(row)).length;
    return page > 1 && known < rows.length && (known - (position - offset)) * 2 > rows.length;
  }
}

/**
 * The page begins among rows that came before, in their sequence: whatever stands in front of those has come, and the
 * page holds the rest. A few have to be the last ones, or some of the last where rows are gone; many of them tell it
 * wherever they stand, though rows of one second come in any sequence around them and changed ones have moved.
 */
export function continues(
  rows: readonly Row[],
  seen: ReadonlyMap<Row['id'], number>,
  { last, proof }: { last: number; proof: number },
): boolean {
  const places = rows.map(({ id }) => seen.get(id));
  let alike = 0;
  let most = 0;
  for (const [index, place] of places.entries()) {
    if (place === undefined) alike = 0;
    else alike = index > 0 && place > places[index - 1]! ? alike + 1 : 1;
    most = Math.max(most, alike);
  }
  if (most >= certain) return true;
  const ends = places.findIndex((place, index) => index > 0 && !(place! > places[index - 1]!));
  const leading = places[0] === undefined ? 0 : ends < 0 ? places.length : ends;
  const isLast = leading > 0 && places[leading - 1] === last;
  if (leading < (isLast ? proof : telling)) return false;
  const isGapless = isLast && leading >= telling && places[0] === last - leading + 1;
  return isGapless || places.slice(leading).every((place) => place === undefined);
}

/** All `rows` are among those, in the same sequence. */
export function contains(others: readonly Row[], rows: readonly Row[]): boolean {
  const places = new Map(others.map(({ id }, place) => [id, place]));
  return rows.every(({ id }, index) => {
    const place = places.get(id) ?? -1;
    return place >= 0 && (index === 0 || place > places.get(rows[index - 1]!.id)!);
  });
}

/** A page from further in front, as some servers give it behind the end. */
function repeats(rows: readonly Row[], seen: ReadonlyMap<Row['id'], number>): boolean {
  const places = rows.map(({ id }) => seen.get(id));
  if (places.length < telling || places.includes(undefined)) return false;
  return places.every((place, index) => index === 0 || place! > places[index - 1]!);
}
