import type { KommoClient } from '../../api/kommo-client.ts';
import { UnexpectedAnswerError } from '../../errors.ts';
import type { Place } from './entities.ts';

export type Row = Record<string, unknown>;

const largestPage = 250;

/** Every row of a place; none for 204. Rejects as the client does. */
export async function* fetchRows(
  client: KommoClient,
  { name, host, envelope, paging }: Place,
  path: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<Row> {
  const seen = new Set<string>();
  for (let page = 1, before: unknown; ; page += 1) {
    const where = {
      ...query,
      ...(paging === 'page' && { page, limit: largestPage }),
      ...(paging === 'before_id' && before !== undefined && { before_id: `${before}` }),
    };
    const answer = await client.list({ path, host, envelope, query: where, purpose: name });
    const rows = answer.rows.map((row) => asRow(row, name));
    // The end is a page that brings nothing new: `next` may be there or missing anywhere (kommo-api.md §5).
    const fresh = rows.filter((row) => !seen.has(JSON.stringify(row)));
    yield* fresh;
    if (paging === 'none' || fresh.length === 0) return;
    for (const row of fresh) seen.add(JSON.stringify(row));
    before = rows.at(-1)?.id;
  }
}

function asRow(row: unknown, name: string): Row {
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row;
  throw new UnexpectedAnswerError(`${name}: Kommo sent something else where a record should be`);
}
