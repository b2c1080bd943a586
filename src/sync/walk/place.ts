/** Where to read on in a list by page numbers. */
export interface Seam {
  /** So many rows have come, so that what is known last stands at this place or behind it. */
  position: number;
  /** So many known rows the next page should repeat. */
  overlap: number;
}

/**
 * The page that begins at least `overlap` places before `position` and reaches furthest. Only multiples of the page
 * size can be asked for, so a slightly smaller page often begins closer to where it should. None has a higher number
 * than `maximumPage`.
 */
export function pageAt(
  { position, overlap }: Seam,
  largest: number,
  maximumPage = Number.POSITIVE_INFINITY,
): { page: number; limit: number } {
  // A few places that the next page repeats are enough for the removals of a moment; one is enough to join.
  const target = Math.max(0, position - Math.max(overlap, Math.ceil(largest / 64)));
  let best = { page: 1, limit: largest };
  let reach = 0;
  for (let limit = largest; limit > largest / 2; limit -= 1) {
    const offset = target - (target % limit);
    if (offset + limit > reach && offset / limit < maximumPage) {
      reach = offset + limit;
      best = { page: offset / limit + 1, limit };
    }
  }
  return best;
}
