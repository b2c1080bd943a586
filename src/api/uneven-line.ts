import { createSpread } from './spread.ts';

/** Puts refusals down to a line that delivers unevenly, as long as that explains them. Times in milliseconds. */
export interface UnevenLine {
  /** The room to leave between a start and the n-th before it, beyond the second. */
  room(): number;
  /** A request was answered whose start had left so much room. */
  answered(room: number): void;
  /**
   * A request was refused; `wasUsed` where nearly all of the rate was accepted just before. Returns true when that was
   * the line, and more room is left from now on; false when the limit is another one.
   */
  refused(room: number, wasUsed: boolean): boolean;
  /** A request was refused that was under way when another one was. */
  refusedToo(): void;
}

/**
 * More room makes refusals rare. Where they come with fewer answers between them than this, again and again, the limit
 * is another one: the third time in a row, those of the second kind count half.
 */
const veryOften = 12;
const often = 40;
const mostInARow = 2;
/** So it is where so many that were under way were refused too. */
const mostTogether = 5;

/** `least` is the room that is left before any refusal; `perSecond` the limit. */
export function createUnevenLine(least: number, perSecond: number): UnevenLine {
  const spread = createSpread(least, perSecond);
  let answersSince = Number.POSITIVE_INFINITY;
  let inARow = 0;
  let together = 0;
  return {
    room: spread.room,
    answered(room) {
      spread.answered(room);
      answersSince++;
    },
    refused(room, wasUsed) {
      const isHopeless = together >= mostTogether;
      if (answersSince >= often) inARow = 0;
      else inARow += answersSince < veryOften ? 1 : 0.5;
      answersSince = 0;
      together = 0;
      if (inARow > mostInARow || isHopeless) {
        spread.forget();
        return false;
      }
      return spread.refused(room) || (wasUsed && spread.refused(spread.room()));
    },
    refusedToo() {
      together++;
    },
  };
}
