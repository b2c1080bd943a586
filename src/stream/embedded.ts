import { UnexpectedAnswerError } from '../errors.ts';

type Fields = Record<string, unknown>;

/**
 * The objects that `row` embeds under `name`; none where it embeds nothing of that name. Throws an
 * UnexpectedAnswerError where it embeds something else.
 */
export function embedded(row: Fields, name: string): Fields[] {
  const parts = row._embedded ?? {};
  return objects(isObject(parts) ? parts[name] : parts, name, row.id);
}

/** The objects in the field `name` of `row`; else as `embedded`. */
export function listed(row: Fields, name: string): Fields[] {
  return objects(row[name], name, row.id);
}

function objects(value: unknown, name: string, id: unknown): Fields[] {
  const list = value ?? [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new UnexpectedAnswerError(
    `${name}: Kommo sent record ${id} with something else in place of its list of ${name}`,
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
