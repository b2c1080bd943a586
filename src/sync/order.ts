import type { Row } from './row.ts';

/** An order to ask a list for. */
export interface Order {
  readonly by: 'id' | 'cursor';
  readonly isDescending?: boolean;
}

export const rising: Order = { by: 'cursor' };
export const falling: Order = { by: 'cursor', isDescending: true };

/** The same list from its other end. */
export function reversed({ by, isDescending = false }: Order): Order {
  return { by, isDescending: !isDescending };
}

/** Whether `row` comes behind everything up to and including the id `last`; with nothing read yet, all do. */
export function comesBehind(id: Row['id'], last: Row['id'] | undefined, { isDescending }: Order): boolean {
  return last === undefined || (isDescending ? id < last : id > last);
}

/** Ids that are texts are in an order that only the server knows: those count as out of order. */
export function isInOrder(rows: readonly Row[], order: Order): boolean {
  if (order.by === 'cursor') {
    const sign = order.isDescending ? -1 : 1;
    return rows.every((row, index) => index === 0 || sign * (row.cursor - rows[index - 1]!.cursor) >= 0);
  }
  return rows.every(
    ({ id }, index) => typeof id === 'number' && (index === 0 || comesBehind(id, rows[index - 1]!.id, order)),
  );
}
