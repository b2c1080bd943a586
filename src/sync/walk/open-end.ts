import type { Clock } from '../../clock.ts';
import { UnexpectedAnswerError } from '../../errors.ts';
import { closedSecond } from '../closed-second.ts';
import type { Listing } from '../listing.ts';
import type { Row } from '../row.ts';
import { stitch } from './stitch.ts';
import { isAscending } from './watermark.ts';

const patience = 1_000;

/**
 * Reads what was changed after the second `after`, until one answer holds all of it: a page that is not full is
 * a snapshot of the open end. As long as more than a page has changed, what is settled is read first: by the
 * cursor's order where the list has one, else as a closed window.
 */
export async function* openEnd(listing: Listing, after: number, clock: Clock): AsyncGenerator<Row[], void> {
  let from = after + 1;
  for (let round = 0; round < patience; round += 1) {
    const question = {
      bounds: listing.bounds({ from }),
      order: listing.list.ordersByCursor ? ('cursor' as const) : ('id' as const),
      place: (largest: number) => ({ page: 1, limit: largest }),
    };
    const answer = await listing.ask(question);
    if (await listing.endsWith(answer, question)) {
      yield answer.inside;
      return;
    }
    const { inside } = answer;
    // A page of nothing but the second before: now its bound is known to be inclusive.
    if (inside.length === 0) continue;
    const last = inside.at(-1)!.cursor;
    if (question.order === 'cursor' && isAscending(inside) && inside[0]!.cursor < last) {
      yield inside.filter((row) => row.cursor < last);
      from = last;
      continue;
    }
    const closed = closedSecond(answer.servedAt, clock);
    if (closed < from) {
      await clock.sleep(1_000);
      continue;
    }
    yield* stitch(listing, { from, to: closed });
    from = closed + 1;
  }
  throw new UnexpectedAnswerError(`${listing.purpose}: records change faster than they can be read`);
}
