import { defineStream } from '../../src/stream/declaration.ts';

export const tasks = defineStream({
  name: 'tasks',
  subject: 'activity',
  suggested: true,
  cursor: 'updated_at',
  ordersById: true,
  // `{ text }` when there is a result and `[]` when there is none, on rows of one page (observed-data.md §0).
  rows: (task) => [{ ...task, result: textOf(task.result) }],
});

function textOf(result: unknown): unknown {
  const isObject = typeof result === 'object' && result !== null;
  return isObject ? ((result as { text?: unknown }).text ?? null) : result;
}
