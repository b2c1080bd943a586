/** A value of a row as a part of a path. Half a surrogate pair, which JSON may hold, has none: it would throw. */
export function pathSegment(value: unknown): string {
  return encodeURIComponent(`${value}`.toWellFormed());
}
