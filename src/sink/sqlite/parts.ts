import type { Part } from '../../sync/event.ts';
import { quote } from './database.ts';

/** A condition that no row of these parts meets, and the values that its `?` stand for. */
export function outside(
  parts: readonly Part[],
  table: string,
): { condition: string; values: (string | number)[] } {
  const conditions = parts.map((part) => {
    const columns = Object.keys(part).map((name) => `${table}.${quote(name)} IS ?`);
    return `NOT (${columns.join(' AND ')})`;
  });
  return {
    condition: conditions.length === 0 ? 'true' : conditions.join(' AND '),
    values: parts.flatMap((part) => Object.values(part)),
  };
}
