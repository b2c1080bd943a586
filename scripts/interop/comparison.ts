import { join } from 'node:path';
import { keyOf, type Row, type Rows } from './account.ts';
import { type Client, programOf } from './environments.ts';
import { expect, must, root } from './programs.ts';

/** What a target makes of our values, where it is not the values themselves. */
export type Keeping = (value: unknown) => unknown;

const asIs: Keeping = (value) => value;
export const keepings = {
  asIs,
  /** SQLite has no booleans. */
  sqlite: (value: unknown) => (typeof value === 'boolean' ? Number(value) : value),
  /** target-duckdb stores the empty text as NULL. */
  duckdb: (value: unknown) => (value === '' ? null : value),
  /** CSV knows only text. */
  csv: (value: unknown) =>
    value === null ? '' : value === true ? 'True' : value === false ? 'False' : String(value),
};

export interface Store {
  /** How interop/rows.py calls it. */
  kind: string;
  place: string;
  keeping: Keeping;
  /** Each key is there once. Other stores keep every version, of which the last counts. */
  upserts: boolean;
  /** Streams that it cannot take. */
  refuses?: readonly string[];
}

/** Compares every column of every row with what has to be there; gives the number of rows. */
export async function compare(client: Client, store: Store, expected: Rows): Promise<number> {
  const script = join(root, 'interop', 'rows.py');
  const names = [...expected.keys()].join();
  const output = await must([programOf(client, 'python'), script, store.kind, store.place, names]);
  const found: Rows = new Map([...expected.keys()].map((stream) => [stream, new Map()]));
  let count = 0;
  for (const line of output.trimEnd().split('\n')) {
    const [stream, row] = JSON.parse(line) as [string, Row];
    const rows = found.get(stream)!;
    const key = keyOf(stream, row);
    // Without a key there is nothing to upsert by.
    expect(!store.upserts || key === '' || !rows.has(key), `${stream} holds ${key} twice`);
    rows.set(key, row);
    count += 1;
  }
  for (const [stream, rows] of expected) compareStream(stream, rows, found.get(stream)!, store.keeping);
  return count;
}

function compareStream(
  stream: string,
  expected: Map<string, Row>,
  found: Map<string, Row>,
  keeping: Keeping,
): void {
  const missing = [...expected.keys()].filter((key) => !found.has(key));
  const foreign = [...found.keys()].filter((key) => !expected.has(key));
  expect(missing.length === 0, `${stream}: ${missing.length} rows are missing, such as ${missing[0]}`);
  expect(foreign.length === 0, `${stream}: ${foreign.length} rows are not ours, such as ${foreign[0]}`);
  for (const [key, row] of expected) {
    for (const [column, value] of Object.entries(row)) {
      const there = found.get(key)![column];
      const shown = (text: unknown) => JSON.stringify(text)?.slice(0, 80);
      expect(
        there === keeping(value),
        `${stream} ${key}: ${column} is ${shown(there)}, not ${shown(keeping(value))}`,
      );
    }
  }
}
