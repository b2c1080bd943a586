import { quote } from '../database.ts';
import { deletedAt, mergedInto } from '../marks.ts';
import { localTime } from './expressions.ts';
import type { Selection, Table, Tables, View } from './view.ts';

/** What Kommo no longer has, from all tables that are marked; none where no table is. */
export function deletedRecords(tables: Tables): View[] {
  const marked = [...tables].filter(([, { columns }]) => columns.includes(deletedAt));
  const [first, ...also] = marked.map(([name, table]) => markedRows(name, table));
  if (first === undefined) return [];
  const reads = marked.map(([name]) => name);
  return [
    {
      name: 'marked_rows',
      summary: 'The keys of what is marked, for `deleted_records`.',
      reads,
      ...first,
      also,
    },
    {
      name: 'deleted_records',
      summary:
        'What Kommo no longer has, of every table that is marked; who deleted it is known where the tables ' +
        '`deletions` and `users` are there.',
      reads,
      ...describeMarked(tables),
    },
  ];
}

/** Plain columns of one table, the same for all. */
function markedRows(name: string, { key, columns }: Table): Selection {
  const text = (column: string) => `CAST(${quote(column)} AS TEXT)`;
  const integer = (column: string) => (columns.includes(column) ? quote(column) : 'CAST(NULL AS BIGINT)');
  return {
    columns: {
      stream: `'${name}'`,
      id: key.length === 0 ? "''" : key.map(text).join(" || '/' || "),
      entity_id: key.includes('id') ? text('id') : 'NULL',
      name: columns.includes('name') ? quote('name') : 'NULL',
      deleted_at: quote(deletedAt),
      merged_into: integer(mergedInto),
    },
    from: quote(name),
    where: [`${quote(deletedAt)} IS NOT NULL`],
  };
}

function describeMarked(tables: Tables): Selection {
  const who = tables.has('deletions')
    ? '(SELECT deletion.created_by FROM deletions AS deletion WHERE deletion.entity_type = gone.stream ' +
      "AND deletion.entity_id = CAST(gone.entity_id AS INTEGER) AND deletion.kind <> 'restored' " +
      "AND (deletion.parent_type IS NULL OR gone.id = deletion.parent_type || '/' || gone.entity_id) " +
      'ORDER BY deletion.happened_at DESC, deletion.event_id DESC LIMIT 1)'
    : 'NULL';
  const name = `(SELECT person.name FROM users AS person WHERE person.id = ${who})`;
  return {
    columns: {
      stream: 'gone.stream',
      id: 'gone.id',
      name: 'gone.name',
      deleted_at: localTime('gone.deleted_at'),
      deleted_by: who,
      deleted_by_name: tables.has('users') ? name : 'NULL',
      merged_into: 'gone.merged_into',
    },
    from: 'marked_rows AS gone',
  };
}
