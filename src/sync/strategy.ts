import { UnexpectedAnswerError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import { byTime } from './walk/by-time.ts';
import { newestFirst } from './walk/newest-first.ts';
import { sequence } from './walk/sequence.ts';
import { stitch } from './walk/stitch.ts';
import type { Walk } from './walk/walk.ts';
import { watermark } from './walk/watermark.ts';
import { wholly } from './walk/whole.ts';
import { byWindows } from './walk/windows.ts';

/** The ways to read a list without loss, from the best that its declaration permits down to the plainest. */
const walks = {
  watermark,
  windowsById: byWindows(stitch),
  windowsByTime: byWindows(byTime),
  newestFirst,
  wholeById: wholly(stitch),
  wholeInSequence: wholly(sequence),
};
export type Strategy = keyof typeof walks;

export type WalkOf = (strategy: Strategy) => Walk;

export const walkOf: WalkOf = (strategy) => walks[strategy];

/** How to read a list of which everything that is declared holds. */
export function bestStrategy(list: List): Strategy {
  if (list.cursor === undefined || list.filter === undefined) return withoutFilter(list);
  if (list.ordersByCursor) return 'watermark';
  return list.ordersById ? 'windowsById' : 'windowsByTime';
}

/** How to read a list that cannot be filtered by its cursor, or is not by this account. */
export function withoutFilter(list: List): Strategy {
  if (list.newestFirst) return 'newestFirst';
  return list.ordersById ? 'wholeById' : 'wholeInSequence';
}

/** How to go on when the account does not keep the order that `strategy` relies on. */
export function withoutOrder(strategy: Strategy, list: List, purpose: string): Strategy {
  if (strategy === 'watermark' && list.ordersById) return 'windowsById';
  if (strategy === 'watermark' || strategy === 'windowsById') return 'windowsByTime';
  if (strategy === 'wholeById') return 'wholeInSequence';
  throw new UnexpectedAnswerError(
    `${purpose}: Kommo gives the records in another order at every request and cannot be asked for parts of them, so records could be missed`,
  );
}
