import { UnexpectedAnswerError } from '../errors.ts';
import type { Stream } from '../stream/declaration.ts';
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
export function bestStrategy(stream: Stream): Strategy {
  if (stream.cursor === undefined) return stream.ordersById ? 'wholeById' : 'wholeByPages';
  if (stream.immutable) return 'windowsByPages';
  if (stream.ordersByCursor) return 'watermark';
  return 'windowsById';
}

/** How to go on when the account ignores the filter on the cursor. */
export function withoutFilter(stream: Stream): Strategy {
  return stream.immutable ? 'wholeByPages' : 'wholeById';
}

/** How to go on when the account does not keep the order that `strategy` relies on. */
export function withoutOrder(strategy: Strategy, stream: Stream): Strategy {
  if (strategy === 'watermark') return 'windowsById';
  throw new UnexpectedAnswerError(
    `${stream.name}: Kommo does not keep the order that was asked for, so records could be missed while people edit them`,
  );
}
