import { offsetsTable } from '../time-offsets.ts';

/**
 * SQL that reads JSON text of any shape without an error: SQLite's functions raise one for text that is not JSON,
 * and a condition of the one who asks may be tried before ours. json_extract and not `->>`, because SQLite before
 * 3.38 (2022) could not open a file whose views use the operator.
 */

/** A FROM item: the elements of the array, or the members of the object, that the column holds; none for null. */
export function elements(column: string, as: string): string {
  return `json_each(CASE WHEN json_valid(${column}) THEN ${column} END) AS ${as}`;
}

/** A FROM item: the elements of the array under `name` in each object of `outer`. */
export function innerElements(outer: string, name: string, as: string): string {
  return `json_each(CASE ${outer}.type WHEN 'object' THEN ${outer}.value ELSE '{}' END, '$.${name}') AS ${as}`;
}

/** The member of an element as SQL value: true is 1, objects and arrays are JSON text, null where it is not there. */
export function member(element: string, path: string): string {
  return `CASE ${element}.type WHEN 'object' THEN json_extract(${element}.value, '$.${path}') END`;
}

/** A member of the JSON that a column holds. */
export function inside(column: string, path: string): string {
  return `CASE WHEN json_valid(${column}) THEN json_extract(${column}, '$${path}') END`;
}

/** All values of the custom fields with this code, in one text: phones and emails have no columns of their own. */
export function valuesOfCode(entity: string, code: string): string {
  return (
    `(SELECT group_concat(${member('item', 'value')}, ', ') ` +
    `FROM ${elements(`${entity}.custom_fields_values`, 'field')}, ${innerElements('field', 'values', 'item')} ` +
    `WHERE ${member('field', 'field_code')} = '${code}')`
  );
}

/** Unix seconds as `2026-01-31T06:30:00-03:00`, by the account's clock; in UTC where that is not known. */
export function localTime(seconds: string): string {
  return (
    `coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%S', ${seconds} + clock.offset_seconds, 'unixepoch') || clock.utc_offset ` +
    `FROM ${offsetsTable} AS clock WHERE clock.from_at <= ${seconds} ORDER BY clock.from_at DESC LIMIT 1), ` +
    `strftime('%Y-%m-%dT%H:%M:%SZ', ${seconds}, 'unixepoch'))`
  );
}

/** A text that holds a number as that number; null for any other. Kommo sends numbers of custom fields as text. */
export function numberOf(text: string): string {
  return `CASE WHEN json_valid(${text}) AND json_type(${text}) IN ('integer', 'real') THEN CAST(${text} AS NUMERIC) END`;
}
