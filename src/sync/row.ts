import { UnexpectedAnswerError } from '../errors.ts';
import type { List } from '../stream/declaration.ts';

/** A row of a list: an object with an identity and, where the list has a cursor, a cursor value. */
export interface Row {
  id: number | string;
  /** Unix seconds; 0 for lists without a cursor. */
  cursor: number;
  body: Record<string, unknown>;
}

/** The row that an answer holds, or an UnexpectedAnswerError for anything that cannot be told apart or dated. */
export function parseRow(
  body: unknown,
  { cursor, identity }: Pick<List, 'cursor' | 'identity'>,
  purpose: string,
): Row {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new UnexpectedAnswerError(`${purpose}: Kommo sent ${describe(body)} where a record should be`);
  }
  const record = body as Record<string, unknown>;
  const values = identity.map((field) => record[field]);
  if (!values.every(identifies)) {
    throw new UnexpectedAnswerError(`${purpose}: Kommo sent a record without an ${identity.join(' or ')}`);
  }
  const id = values.length === 1 ? values[0]! : values.join('/');
  if (cursor === undefined) return { id, cursor: 0, body: record };
  const value = Number(record[cursor] ?? Number.NaN);
  if (!Number.isSafeInteger(value)) {
    throw new UnexpectedAnswerError(
      `${purpose}: record ${id} has no usable ${cursor}: ${describe(record[cursor])}`,
    );
  }
  return { id, cursor: value, body: record };
}

function identifies(value: unknown): value is number | string {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && value !== '';
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}
