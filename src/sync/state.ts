import { z } from 'zod';

/**
 * How far a stream has been read. All times are Unix seconds, all intervals closed. Every key is always
 * written, because orchestrators merge states and never remove keys. Integers and strings only: Singer
 * targets cannot carry anything else (singer.md §0).
 */
export const StreamState = z.object({
  version: z.literal(1),
  mode: z.enum(['full_refresh', 'incremental']),
  /** 1 when the pass that wrote this state was finished. */
  finished: z.union([z.literal(0), z.literal(1)]),
  /** Everything up to and including this second was delivered; -1 for nothing. */
  through: z.int(),
  /** The closed upper bound of the pass: what is covered was read after this second was over. */
  until: z.int(),
  /**
   * Intervals above `through` that are done too, `from-to from-to`, and the places reached in windows that are
   * not: `from-to@position:last`.
   */
  done: z.string(),
});
export type StreamState = z.infer<typeof StreamState>;
