import type { Log } from '../../../log.ts';
import { type Database, quote } from '../database.ts';
import { isAlive } from '../marks.ts';
import { type Field, fieldsTable } from './fields.ts';

/** A question that people ask of the tables, ready to be selected from. */
export interface View extends Selection {
  name: string;
  /** What a row is, for the documentation. */
  summary: string;
  /** The tables it reads: it exists once all of them do. */
  reads: readonly string[];
  /** Further rows, with the same columns. DuckDB answers such a view itself: nothing but plain SQL may be in it. */
  also?: readonly Selection[];
}

export interface Selection {
  /** Its columns in order, each with the expression that fills it. */
  columns: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** What follows FROM: tables and joins. */
  from: string;
  /** Conditions that all have to hold. */
  where?: readonly string[];
}

/** Columns with what fills them. In a record a name of digits would come first, so that names of others are in a map. */
export function entriesOf(columns: Selection['columns']): [string, string][] {
  return columns instanceof Map ? [...columns] : Object.entries(columns);
}

/** The tables of a file that hold streams, by name. */
export type Tables = ReadonlyMap<string, Table>;

/** What the views of a file depend on. */
export interface Contents {
  tables: Tables;
  /** The custom fields that the account has now. */
  fields: readonly Field[];
}

export interface Table {
  key: readonly string[];
  columns: readonly string[];
}

/** Marks the views that we may replace. */
const mark = '/* source-kommo */';

/**
 * DuckDB has json_each and strftime too, and means something else by them: left to itself it answers without a row
 * or an error. A view with a function that it does not know it hands to SQLite, as it understood it: operators that
 * it writes in its own way (LIKE, GLOB, UNION) fail there. likely(x) is x.
 */
const leftToSqlite = 'likely(1)';

/** Creates those of the views whose tables exist, and replaces those whose definition has changed. */
export function createViews(
  database: Database,
  viewsOf: (contents: Contents) => readonly View[],
  log: Log,
): void {
  const schema = database
    .prepare<[], { name: string; sql: string }>('SELECT name, sql FROM sqlite_schema')
    .all();
  const existing = new Map(schema.map(({ name, sql }) => [name.toLowerCase(), sql]));
  const tables = tablesOf(database);
  for (const view of viewsOf({ tables, fields: fieldsOf(database, tables) })) {
    if (!view.reads.every((table) => tables.has(table))) continue;
    const definition = define(view);
    const current = existing.get(view.name);
    if (current === definition) continue;
    if (current !== undefined && !current.includes(mark)) {
      log('warn', `The view ${view.name} was not created: the file has something else of that name`);
      continue;
    }
    if (current !== undefined) database.exec(`DROP VIEW ${quote(view.name)}`);
    database.exec(definition);
  }
}

function tablesOf(database: Database): Tables {
  const names = database
    .prepare<[], string>(
      "SELECT stream FROM _kommo_state JOIN sqlite_schema ON type = 'table' AND name = stream",
    )
    .pluck();
  const columns = database.prepare<[string], { name: string; pk: number }>(
    'SELECT name, pk FROM pragma_table_info(?)',
  );
  return new Map(
    names.all().map((table) => {
      const rows = columns.all(table);
      const key = rows.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      return [table, { key: key.map(({ name }) => name), columns: rows.map(({ name }) => name) }];
    }),
  );
}

function fieldsOf(database: Database, tables: Tables): Field[] {
  if (!tables.has(fieldsTable)) return [];
  const fields = database.prepare<[], Field>(
    `SELECT entity_type, id, name, type FROM ${fieldsTable} WHERE catalog_id = 0 AND ${isAlive(fieldsTable)} ORDER BY id`,
  );
  return fields.all();
}

function define(view: View): string {
  const { name, also } = view;
  const selections =
    also === undefined
      ? [{ ...view, where: [leftToSqlite, ...(view.where ?? [])] }]
      : [{ ...view, where: view.where ?? [] }, ...also];
  const [first, ...others] = selections.map(select);
  return `CREATE VIEW ${quote(name)} AS SELECT ${mark} ${[first, ...others].join('\nUNION ALL\nSELECT ')}`;
}

function select({ columns, from, where = [] }: Selection): string {
  const list = entriesOf(columns).map(([name, expression]) => `\n  ${expression} AS ${quote(name)}`);
  const conditions = where.length === 0 ? '' : `\nWHERE ${where.join('\n  AND ')}`;
  return `${list.join(',')}\nFROM ${from}${conditions}`;
}
