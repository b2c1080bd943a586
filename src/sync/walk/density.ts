/** How wide a window should be at some place of a list, all in seconds. */
export interface Density {
  width: number;
  /** The width follows from records just read; otherwise it is a guess. */
  isMeasured: boolean;
  /** Windows as wide as this have held too much not long ago. */
  ceiling: number;
  /** A window as wide as this was empty in this place. */
  floor: number;
}

const widening = 4;

/** The whole of what is to be read, as long as nothing is known of it: a window that is too long is soon found out. */
export function unknownDensity(span: number): Density {
  return { width: span, isMeasured: false, ceiling: Number.POSITIVE_INFINITY, floor: 0 };
}

/** What a window of `span` seconds that held `count` records says about the next one, which should hold `intended`. */
export function afterWindow({ ceiling }: Density, span: number, count: number, intended: number): Density {
  const factor = Math.min(8, Math.max(1 / 8, intended / Math.max(1, count)));
  const width = Math.ceil(Math.min(span * factor, ceiling / 2));
  // What was too long further back need not be so here, but is not forgotten at once.
  return { width, isMeasured: count >= intended / 4, ceiling: ceiling * 2, floor: 0 };
}

/** Whether there are widths worth a try between one that was empty and one that held too much. */
export function canBeDivided(floor: number, span: number): boolean {
  return floor * 1.5 < span && floor + 1 < span;
}

/** What a window of `span` seconds that held too much says about the next one in its place. */
export function afterTooLong(before: Density, span: number): Density {
  // Records may have come in since a window as wide was empty.
  const floor = before.floor < span ? before.floor : 0;
  return { width: Math.ceil(between(floor, span, span / 4)), isMeasured: false, ceiling: span, floor };
}

/** The wider window that tells about an empty one of `span` seconds; undefined where it would hold too much. */
export function afterEmpty({ ceiling }: Density, span: number): Density | undefined {
  if (!canBeDivided(span, ceiling)) return undefined;
  return { width: Math.ceil(between(span, ceiling, span * 8)), isMeasured: false, ceiling, floor: span };
}

/** Several times as wide. */
export function wider({ width, isMeasured, ceiling, floor }: Density): Density {
  return { width: width * widening, isMeasured, ceiling: ceiling * widening, floor };
}

function between(low: number, high: number, guess: number): number {
  return guess > low && guess < high ? guess : Math.sqrt(Math.max(1, low) * high);
}
