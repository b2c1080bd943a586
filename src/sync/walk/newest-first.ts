import { UnexpectedAnswerError } from '../../errors.ts';
import type { Listing, Witness } from '../listing.ts';
import type { Row } from '../row.ts';
import { fromTheTop } from './descent.ts';
import { isWholeEmpty } from './proven-empty.ts';
import { sequence } from './sequence.ts';
import { Succession } from './succession.ts';
import type { Range } from './walk.ts';

/** So often a look from the top is followed by another one, for what has changed during it. */
const mostLooks = 50;

/**
 * For lists that cannot be filtered, and whose rows move to the top when they change. Where such a list was seen in
 * that order as a whole, it is read from the top down to what is known; else, and as soon as one page says
 * otherwise, from end to end, and its order is found out on the way. A list read whole ends with a last look from
 * the top down to where it began, for rows that have moved there before the reader came to them.
 */
export async function* newestFirst(
  listing: Listing,
  range: Range,
): AsyncGenerator<Row[], number | undefined> {
  const { from, to } = range;
  const { facts, witness: known } = listing;
  if (facts.isNewestFirst && known !== undefined) {
    const seen = new Map<Row['id'], number>();
    const outcome = yield* fromTheTop(listing, { from, below: Math.min(from, known.cursor), seen });
    // What was known must have come, where it was or further up.
    if (outcome === 'all' || (outcome === 'down' && seen.has(known.id))) return to;
  }
  const isNewestFirst = yield* fromEndToEnd(listing, from);
  if (isNewestFirst === undefined) return undefined;
  facts.isNewestFirst = isNewestFirst;
  return to;
}

/** Reads all of the list, and returns whether what changed last is on top; undefined where it is to be read once more. */
async function* fromEndToEnd(listing: Listing, from: number): AsyncGenerator<Row[], boolean | undefined> {
  const succession = new Succession();
  const until = listing.options.closed?.value ?? Number.POSITIVE_INFINITY;
  let top: readonly Row[] = [];
  let latest: Witness | undefined;
  const pages = sequence(listing, {}, {});
  let page = await pages.next();
  for (; !page.done; page = await pages.next()) {
    const rows = page.value;
    if (top.length === 0) top = rows;
    succession.goesOn(rows);
    for (const { id, cursor } of rows)
      if (cursor <= until && cursor >= (latest?.cursor ?? 0)) latest = { id, cursor };
    yield rows.filter(({ cursor }) => cursor >= from);
  }
  if (page.value === 'empty' && !(await isWholeEmpty(listing))) return undefined;
  // The row that was the latest before may be gone.
  if (latest !== undefined) listing.witness = latest;
  for await (const rows of lastLooks(listing, top)) yield rows.filter(({ cursor }) => cursor >= from);
  return succession.isNewestFirst;
}

/** Rows that have changed since `top` was the top of the list, until one answer holds all of them. */
async function* lastLooks(listing: Listing, top: readonly Row[]): AsyncGenerator<Row[], void> {
  if (top.length === 0) return;
  const versions = new Map(top.map(({ id, cursor }) => [id, cursor]));
  const takeNew = (rows: readonly Row[]) => {
    const changed = rows.filter(({ id, cursor }) => versions.get(id) !== cursor);
    for (const { id, cursor } of changed) versions.set(id, cursor);
    return changed;
  };
  let below = top[0]!.cursor;
  for (let look = 0; look < mostLooks; look += 1) {
    const known = versions.size;
    let answers = 0;
    let highest = below;
    const descent = fromTheTop(listing, { from: below, below });
    let step = await descent.next();
    for (; !step.done; step = await descent.next()) {
      answers += 1;
      highest = Math.max(highest, step.value[0]?.cursor ?? below);
      yield takeNew(step.value);
    }
    // One answer leaves nothing out, and in a list in another order no rows move to the top.
    if (step.value === 'contrary' || step.value === 'all' || (step.value === 'down' && answers === 1)) return;
    // What has moved since would be on top now.
    if (highest === below && (step.value === 'unclear' || versions.size === known)) return;
    if (step.value === 'unclear') for await (const rows of sequence(listing, {}, {})) yield takeNew(rows);
    // Within one second, whatever changes has to be read again.
    if (highest === below) await listing.options.clock.sleep(1_000);
    below = highest;
  }
  throw new UnexpectedAnswerError(`${listing.purpose}: records change faster than they can be read`);
}
