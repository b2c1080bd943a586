import { quote } from '../database.ts';
import { isAlive } from '../marks.ts';
import { elements, localTime, member, numberOf } from './expressions.ts';
import { type Field, fieldsTable } from './fields.ts';
import { fieldsById } from './fields-by-id.ts';
import { leadsView } from './leads.ts';
import { companiesView, contactsView } from './people.ts';
import { entriesOf, type View } from './view.ts';

/** SQLite gives a view 2,000 columns. */
const mostFields = 1_900;

/** Entities with a column for each of their custom fields. */
export function wideViews(fields: readonly Field[]): View[] {
  return [
    { view: leadsView, table: 'leads', one: 'lead' },
    { view: contactsView, table: 'contacts', one: 'contact' },
    { view: companiesView, table: 'companies', one: 'company' },
  ].map(({ view, table, one }) => {
    const own = fields.filter(({ entity_type }) => entity_type === table).slice(0, mostFields);
    const labels = labelsOf(
      own,
      entriesOf(view.columns).map(([name]) => name),
    );
    const columns = own.map((field, place) => [labels[place]!, shownValue(field, one)] as const);
    return {
      name: `${table}_wide`,
      summary: `\`${view.name}\` with a column for each custom field, under its label.`,
      reads: [...view.reads, fieldsTable],
      columns: new Map([...entriesOf(view.columns), ...columns]),
      from: view.from.replace(`${table} AS ${one}`, withFields(table, one, own)),
      where: [isAlive(one)],
    };
  });
}

/**
 * Names of columns: the labels, without what is not seen in them. Of those that are alike, the first field keeps the
 * label and the others add their id.
 */
function labelsOf(fields: readonly Field[], taken: readonly string[]): string[] {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  return fields.map(({ id, name }) => {
    const label = (name ?? '').replace(/[\p{C}\s]+/gu, ' ').trim() || `field_${id}`;
    const unique = used.has(label.toLowerCase()) ? `${label} (${id})` : label;
    used.add(unique.toLowerCase());
    return unique;
  });
}

/**
 * The table with its custom fields, each as JSON text of what it holds. GROUP BY keeps SQLite from taking a field
 * out anew for each time that its column is mentioned.
 */
function withFields(table: string, one: string, fields: readonly Field[]): string {
  const columns = fields.map(({ id, type }) => {
    const path = isSingle(type) ? `$.${quote(`${id}`)}[0].value` : `$.${quote(`${id}`)}`;
    return `, json_extract(held."values", '${path}') AS field_${id}`;
  });
  return (
    `(SELECT ${one}.*${columns.join('')}\nFROM ${table} AS ${one} ` +
    `LEFT JOIN ${fieldsById(table)} AS held ON held.id = ${one}.id GROUP BY ${one}.id) AS ${one}`
  );
}

const numbers = new Set(['numeric', 'price', 'monetary']);
const times = new Set(['date', 'date_time', 'birthday']);
const singles = new Set([
  ...['text', 'textarea', 'url', 'streetaddress', 'tracking_data', 'org_legal_name'],
  ...['select', 'radiobutton', 'category', 'checkbox'],
]);
const lists = new Set(['multiselect', 'multitext', 'smart_address']);

function isSingle(type: string | null): boolean {
  return numbers.has(type ?? '') || times.has(type ?? '') || singles.has(type ?? '');
}

/** What kommo-api.md §17 knows as one value is that value, several are one text, structures are JSON text. */
function shownValue({ id, type }: Field, one: string): string {
  const value = `${one}.field_${id}`;
  if (numbers.has(type ?? '')) return numberOf(value);
  if (times.has(type ?? ''))
    return `CASE WHEN typeof(${value}) = 'integer' THEN ${localTime(value)} ELSE ${value} END`;
  if (!lists.has(type ?? '')) return value;
  return `(SELECT group_concat(${member('item', 'value')}, ', ') FROM ${elements(value, 'item')})`;
}
