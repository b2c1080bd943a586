import { type Interval, merge } from '../../stream/interval.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import {
  afterEmpty,
  afterTooLong,
  afterWindow,
  canBeDivided,
  type Density,
  unknownDensity,
} from './density.ts';
import { isProvenEmpty } from './proven-empty.ts';
import { reachesBehind } from './reaches-behind.ts';
import type { Range, Walk, WindowReader } from './walk.ts';

/** A window whose width is a guess is begun only if it holds no more: smaller ones can be shared. */
const bearable = 10_000;
/** Only a single second may hold more: what is remembered of a window while it is read has to stay small. */
const most = 50_000;
/** So many times as many rows as were intended raise a doubt about a width that was measured. */
const surprising = 1.5;

/**
 * Makes a walk of a reader of closed windows: each step reads one window, as wide as the density just seen
 * suggests. The length of a window is probed before it is read where its width is a guess, and else when more
 * comes than was intended; one that is too long is left for a narrower one, and what came of it is sent again.
 *
 * An empty answer is followed by a wider window, which holds the empty one: what it brings proves what it leaves out.
 */
export function byWindows(read: WindowReader): Walk {
  return async function* (listing: Listing, range: Range) {
    const { from, bookmark } = range;
    // Of the years before the account nothing is expected: they are read along with what comes first.
    const base = Math.max(from, Math.min(listing.origin, range.to));
    const density = range.density ?? listing.density ?? unknownDensity(range.to - base + 1);
    const to = bookmark?.to ?? Math.min(range.to, base + density.width - 1);
    range.held = to;
    // What is known to be empty of it leaves too little to divide.
    const isDivisible = canBeDivided(density.floor, to - base + 1);
    const isGuess = !density.isMeasured && bookmark === undefined && isDivisible;
    const { known } = range;
    // The last row that is known makes an honest answer one that is not empty.
    const start = known !== undefined && known < from && bookmark === undefined ? known : from;
    const reading = read(
      listing,
      { from: start, to },
      {
        ...(isGuess && { bearable: bearableFor(listing) }),
        after: bookmark,
        known,
        likelyRows: listing.intended,
        reached: (place) => {
          if (start === from) range.bookmark = { from, to, ...place };
        },
        settled: (part) => range.settled.push(part),
      },
    );
    range.known = undefined;
    let count = 0;
    // Where the list has an order of its own, a guess rests on one page.
    let isDoubtful = to > from && !(isGuess && listing.orders.has('id'));
    let isTooLong = false;
    for (;;) {
      const { done, value } = await reading.next();
      if (isDoubtful && count > surprising * listing.intended) {
        isDoubtful = false;
        // Nobody waits for the answer, and where there is none the reader meets the same trouble by itself.
        reachesBehind(most, listing, { from, to }).then(
          (is) => {
            isTooLong = is;
          },
          () => {},
        );
      }
      if (done && value === 'empty') {
        return (await isEmpty(listing, range, { from, to }, to - base + 1, density, known)) ? to : undefined;
      }
      if (done ? value === 'too long' : isTooLong) {
        range.held = from - 1;
        range.bookmark = undefined;
        const end = base + density.floor - 1;
        if (isDivisible || end < from || end >= to) {
          if (to > from) range.density = afterTooLong(density, to - base + 1);
        } else {
          // What is too long lies behind what a narrower window has shown to be empty.
          const isBehind = await isProvenEmpty(listing, { from, to: end }, known);
          const left = isBehind ? to - end : to - from + 1;
          range.density = afterTooLong(unknownDensity(left), left);
          if (isBehind) return end;
        }
        return merge(range.settled).find((part) => part.from <= from)?.to;
      }
      if (done) break;
      const rows = start === from ? value : value.filter((row: Row) => row.cursor >= from);
      count += rows.length;
      yield rows;
    }
    if (bookmark !== undefined) return to;
    range.density = afterWindow(density, to - base + 1, count, intendedFor(listing));
    if (range.density.isMeasured) listing.density = range.density;
    return to;
  };
}

/** Whether the empty window is proven to be empty; else the range's next window is a wider one. */
async function isEmpty(
  listing: Listing,
  range: Range,
  { from, to }: Interval,
  span: number,
  density: Density,
  known: number | undefined,
): Promise<boolean> {
  range.held = from - 1;
  const wider = to < range.to ? afterEmpty(density, span) : undefined;
  if (wider !== undefined) {
    range.density = wider;
    return false;
  }
  range.held = to;
  if (!(await isProvenEmpty(listing, { from, to }, known))) return false;
  range.density = afterWindow(density, span, 0, intendedFor(listing));
  return true;
}

/** Windows of a list that is in no order have to fit into one answer; too deep pages are never given. */
function intendedFor({ facts, intended, largest }: Listing): number {
  return facts.hasNoOrder ? largest / 2 : Math.min(intended, 0.7 * facts.maximumPage * largest);
}

function bearableFor({ facts, largest }: Listing): number {
  return facts.hasNoOrder ? largest : Math.min(bearable, 0.9 * facts.maximumPage * largest);
}
