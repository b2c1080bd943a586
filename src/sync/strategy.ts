import { UnexpectedAnswerError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';
import { pages } from './walk/pages.ts';
import { stitch } from './walk/stitch.ts';
import type { Walk } from './walk/walk.ts';
import { watermark } from './walk/watermark.ts';
import { wholeById, wholeByPages } from './walk/whole.ts';
import { byWindows } from './walk/windows.ts';

/** The ways to read a list without loss, from the best that its declaration permits down to the plainest. */
const walks = {
  watermark,
  windowsById: byWindows(stitch),
  windowsByPages: byWindows(pages),
  wholeById,
  wholeByPages,
};
export type Strategy = keyof typeof walks;

export type WalkOf = (strategy: Strategy) => Walk;

export const walkOf: WalkOf = (strategy) => walks[strategy];

/** How to read a list of which everything that is declared holds. */
export function bestStrategy(list: List): Strategy {
  if (list.cursor === undefined || list.filter === undefined)
    return list.ordersById ? 'wholeById' : 'wholeByPages';
  if (list.immutable) return 'windowsByPages';
  if (list.ordersByCursor) return 'watermark';
  return list.ordersById ? 'windowsById' : 'windowsByPages';
}

/** How to go on when the account ignores the filter on the cursor. */
export function withoutFilter(list: List): Strategy {
  return list.immutable || !list.ordersById ? 'wholeByPages' : 'wholeById';
}

/** How to go on when the account does not keep the order that `strategy` relies on. */
export function withoutOrder(strategy: Strategy, purpose: string): Strategy {
  if (strategy === 'watermark') return 'windowsById';
  throw new UnexpectedAnswerError(
    `${purpose}: Kommo does not keep the order that was asked for, so records could be missed while people edit`,
  );
}
