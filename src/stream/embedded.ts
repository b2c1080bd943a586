import { UnexpectedAnswerError } from '../errors.ts';

/**
 * The objects that `row` embeds under `name`; none where it embeds nothing of that name. Throws an
 * UnexpectedAnswerError where it embeds something else.
 */
export function embedded(row: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const parts = row._embedded ?? {};
  const inner = isObject(parts) ? (parts[name] ?? []) : parts;
  if (Array.isArray(inner) && inner.every(isObject)) return inner;
  throw new UnexpectedAnswerError(
    `${name}: Kommo sent record ${row.id} with something else in place of its list of ${name}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
