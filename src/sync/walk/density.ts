/** How wide a window should be at some place of a list, all in seconds. */
export interface Density {
  width: number;
  /** The width follows from records just read; otherwise it is a guess. */
  isMeasured: boolean;
  /** Windows as wide as this have held too much not long ago. */
  ceiling: number;
  /** Nothing is expected here, so that an empty answer needs no second look. */
  isBarren?: boolean;
}

/** The whole of what is to be read, as long as nothing is known of it: a window that is too long is soon found out. */
export function unknownDensity(span: number): Density {
  return { width: span, isMeasured: false, ceiling: Number.POSITIVE_INFINITY };
}

/** A stretch of which nobody expects anything. */
export function barrenDensity(span: number): Density {
  return { ...unknownDensity(span), isBarren: true };
}

/** What a window of `span` seconds that held `count` records says about the next one, which should hold `intended`. */
export function afterWindow({ ceiling }: Density, span: number, count: number, intended: number): Density {
  const factor = Math.min(8, Math.max(1 / 8, intended / Math.max(1, count)));
  const width = Math.ceil(Math.min(span * factor, ceiling / 2));
  // What was too long further back need not be so here, but is not forgotten at once.
  return { width, isMeasured: count >= intended / 4, ceiling: ceiling * 2 };
}

/** What a window of `span` seconds that held too much says about the next one in its place. */
export function afterTooLong(span: number): Density {
  return { width: Math.ceil(span / 4), isMeasured: false, ceiling: span };
}
