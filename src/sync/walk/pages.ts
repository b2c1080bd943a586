import { UnexpectedAnswerError } from '../../errors.ts';
import type { Interval } from '../../stream/interval.ts';
import type { Listing, Row } from '../listing.ts';

const patience = 40;

/**
 * Reads a list that keeps still, in whatever order it comes, page after page. The proof that nothing hid is a
 * count: as many different rows as came in one pass. Where the order changes from page to page there are fewer,
 * and the list is read again until every place has shown its row.
 *
 * `tooLong` is asked once, when the first page is not the whole list and before anything is yielded; when it
 * says yes the walk ends with `false`: nothing was read.
 */
export async function* pages(
  listing: Listing,
  window: Partial<Interval>,
  tooLong?: () => Promise<boolean>,
): AsyncGenerator<Row[], boolean> {
  const seen = new Set<Row['id']>();
  let cap = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < patience; pass += 1) {
    let position = 0;
    let came = 0;
    let repeated = 0;
    let previous: Row[] = [];
    for (;;) {
      const at = position;
      const question = {
        ...window,
        place: (largest: number) => {
          const limit = Math.min(largest, cap);
          return { page: Math.floor(at / limit) + 1, limit };
        },
      };
      const answer = await listing.ask(question);
      const { rows } = answer;
      // A page that comes again is the end of a list whose pages never end; once alone it may be a hiccup.
      repeated = rows.length > 0 && isSame(rows, previous) ? repeated + 1 : 0;
      if (repeated === 2) {
        came -= rows.length;
        break;
      }
      const ends = await listing.endsWith(answer, question);
      if (!ends && pass === 0 && position === 0 && tooLong !== undefined && (await tooLong())) return false;
      came += rows.length;
      const fresh = new Set<Row['id']>();
      for (const { id } of rows) if (!seen.has(id)) fresh.add(id);
      for (const id of fresh) seen.add(id);
      yield answer.inside.filter((row) => fresh.delete(row.id));
      if (ends) break;
      position = answer.offset + listing.placesTaken(answer);
      cap = Math.min(cap, listing.capOf(answer));
      previous = rows;
    }
    if (seen.size >= came) return true;
  }
  throw new UnexpectedAnswerError(
    `${listing.stream.name}: Kommo shows the records in another order at every request, and some of them never`,
  );
}

function isSame(rows: Row[], previous: Row[]): boolean {
  return rows.length === previous.length && rows.every((row, index) => row.id === previous[index]!.id);
}
