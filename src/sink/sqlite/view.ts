import type { Log } from '../../log.ts';
import { type Database, quote } from './database.ts';

/** A question that people ask of the tables, ready to be selected from. */
export interface View {
  name: string;
  /** What a row is, for the documentation. */
  summary: string;
  /** The tables it reads: it exists once all of them do. */
  reads: readonly string[];
  /** Its columns in order, each with the expression that fills it. */
  columns: Readonly<Record<string, string>>;
  /** What follows the columns: FROM, WHERE. */
  from: string;
}

/** Marks the views that we may replace. */
const mark = '/* source-kommo */';

/** Creates those of the views whose tables exist, and replaces those whose definition has changed. */
export function createViews(database: Database, views: readonly View[], log: Log): void {
  const schema = database
    .prepare<[], { type: string; name: string; sql: string }>('SELECT type, name, sql FROM sqlite_schema')
    .all();
  const tables = new Set(schema.filter(({ type }) => type === 'table').map(({ name }) => name));
  const existing = new Map(schema.map(({ name, sql }) => [name.toLowerCase(), sql]));
  for (const view of views) {
    if (!view.reads.every((table) => tables.has(table))) continue;
    const definition = define(view);
    const current = existing.get(view.name);
    if (current === definition) continue;
    if (current !== undefined && !current.includes(mark)) {
      log('warn', `The view ${view.name} is not made: the file has something else of that name`);
      continue;
    }
    if (current !== undefined) database.exec(`DROP VIEW ${quote(view.name)}`);
    database.exec(definition);
  }
}

function define(view: View): string {
  const columns = Object.entries(view.columns).map(
    ([name, expression]) => `  ${expression} AS ${quote(name)}`,
  );
  return `CREATE VIEW ${quote(view.name)} AS SELECT ${mark}\n${columns.join(',\n')}\n${view.from}`;
}
