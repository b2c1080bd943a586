import schema from '../schemas/tasks.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const tasks = defineStream({
  name: 'tasks',
  schema: schema as StreamSchema,
  cursor: 'updated_at',
  ordersById: true,
  // `{ text }` when there is a result and `[]` when there is none, on rows of one page (observed-data.md §0).
  rows: (task) => [{ ...task, result: textOf(task.result) }],
});

function textOf(result: unknown): unknown {
  const isObject = typeof result === 'object' && result !== null;
  return isObject ? ((result as { text?: unknown }).text ?? null) : result;
}
