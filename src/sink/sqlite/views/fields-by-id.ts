import { type Database, has, quote } from '../database.ts';
import { entities } from './entities.ts';
import { elements, member } from './expressions.ts';
import { fieldsTable } from './fields.ts';

/**
 * What the custom fields of a row hold, as one object by field id: a row of the wide views takes its columns from it.
 * To take them from what Kommo sends, an array, each question would have to go through all of it first.
 */
export function fieldsById(table: string): string {
  return `_kommo_${table}_fields`;
}

/**
 * Creates these tables for the entities that have wide views. Triggers keep them, so that they agree with the rows
 * whoever writes those, and whenever. To be called within a transaction.
 */
export function keepFieldsById(database: Database): void {
  for (const { table } of entities) {
    if (!has(database, table) || !has(database, fieldsTable)) continue;
    const parts = definitionOf(table);
    const present = database
      .prepare<[string], string>('SELECT sql FROM sqlite_schema WHERE name = ?')
      .pluck();
    if (parts.every(({ name, sql }) => present.get(name) === sql)) continue;
    for (const { name, type } of [...parts].reverse()) database.exec(`DROP ${type} IF EXISTS ${quote(name)}`);
    for (const { sql } of parts) database.exec(sql);
    database.exec(
      `${insertInto(table, 'entity')} FROM ${quote(table)} AS entity WHERE ${isFilled('entity')}`,
    );
  }
}

function definitionOf(table: string) {
  const held = fieldsById(table);
  const trigger = (suffix: string, when: string, then: string) => ({
    name: `${held}_${suffix}`,
    type: 'TRIGGER',
    sql: `CREATE TRIGGER "${held}_${suffix}" AFTER ${when} BEGIN ${then} END`,
  });
  const forget = (row: string) => `DELETE FROM ${held} WHERE id = ${row}.id;`;
  const renew = `${forget('new')} ${insertInto(table, 'new')} WHERE ${isFilled('new')};`;
  return [
    {
      name: held,
      type: 'TABLE',
      sql: `CREATE TABLE ${quote(held)} (id INTEGER PRIMARY KEY, "values" TEXT)`,
    },
    trigger('insert', `INSERT ON ${table}`, renew),
    trigger(
      'update',
      `UPDATE OF custom_fields_values ON ${table} WHEN new.custom_fields_values IS NOT old.custom_fields_values`,
      renew,
    ),
    trigger('delete', `DELETE ON ${table}`, forget('old')),
  ];
}

const isFilled = (row: string) => `${row}.custom_fields_values IS NOT NULL`;

function insertInto(table: string, row: string): string {
  const byId = `json_group_object(coalesce(${member('field', 'field_id')}, ''), ${member('field', 'values')})`;
  const values = `(SELECT ${byId} FROM ${elements(`${row}.custom_fields_values`, 'field')})`;
  return `INSERT INTO ${fieldsById(table)} SELECT ${row}.id, ${values}`;
}
