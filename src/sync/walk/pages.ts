import { UnexpectedAnswerError } from '../../errors.ts';
import type { Interval } from '../../stream/interval.ts';
import type { Listing, Row } from '../listing.ts';

const patience = 40;

/**
 * Reads a list of which nothing leaves, in whatever order it comes, page after page. The proof that nothing hid
 * is a count: as many different rows as came in one pass. Where the order changes from page to page there are
 * fewer, and the list is read again until every place has shown its row. A list that cannot be closed and grows
 * meanwhile repeats a few rows at its seams: there two more passes without news have to do.
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
  let newest = Number.NEGATIVE_INFINITY;
  let quiet = 0;
  for (let pass = 0; pass < patience; pass += 1) {
    const inPass = new Set<Row['id']>();
    let came = 0;
    let old = 0;
    let grown = 0;
    for await (const { inside, ends } of onePass(listing, window)) {
      if (!ends && came === 0 && pass === 0 && tooLong !== undefined && (await tooLong())) return false;
      came += inside.length;
      for (const { id } of inside) inPass.add(id);
      const fresh = inside.filter(({ id }) => !seen.has(id) && seen.add(id));
      if (pass === 0) newest = fresh.reduce((latest, { cursor }) => Math.max(latest, cursor), newest);
      else {
        const late = fresh.filter(({ cursor }) => cursor >= newest).length;
        grown += late;
        old += fresh.length - late;
      }
      yield fresh;
    }
    if (seen.size >= came) return true;
    const merelyGrows = !listing.filters && grown > 0 && old === 0 && (came - inPass.size) * 10 <= came;
    quiet = merelyGrows ? quiet + 1 : 0;
    if (quiet === 2) return true;
  }
  throw new UnexpectedAnswerError(
    `${listing.stream.name}: Kommo shows the records in another order at every request, and some of them never`,
  );
}

/** The pages of the list from the first to the last. */
async function* onePass(
  listing: Listing,
  window: Partial<Interval>,
): AsyncGenerator<{ inside: Row[]; ends: boolean }> {
  const bounds = listing.bounds(window);
  let cap = Number.POSITIVE_INFINITY;
  let position = 0;
  let repeated = 0;
  let held: Row[] = [];
  let previous: Row[] = [];
  for (;;) {
    const at = position;
    const question = {
      bounds,
      place: (largest: number) => {
        const limit = Math.min(largest, cap);
        return { page: Math.floor(at / limit) + 1, limit };
      },
    };
    const answer = await listing.ask(question);
    const { rows, inside } = answer;
    const ends = await listing.endsWith(answer, question);
    // A page that comes twice more is the end of a list whose pages never end; once more may be a hiccup.
    repeated = rows.length > 0 && isSame(rows, previous) ? repeated + 1 : 0;
    if (repeated === 2) return;
    held = repeated === 1 ? inside : [...held, ...inside];
    if (repeated === 0) {
      yield { inside: held, ends };
      held = [];
    }
    if (ends) return;
    position = answer.offset + listing.placesTaken(answer);
    cap = Math.min(cap, listing.capOf(answer));
    previous = rows;
  }
}

function isSame(rows: Row[], previous: Row[]): boolean {
  return rows.length === previous.length && rows.every((row, index) => row.id === previous[index]!.id);
}
