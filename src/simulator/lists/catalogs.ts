import type { CustomField } from '../custom-fields.ts';
import { type ListDeclaration, plain } from '../list-declaration.ts';
import { shaped } from '../records/row.ts';
import { customFieldValues, type World } from '../records/world.ts';

/** The first two catalogs of an account are products and invoices, the others are its own. */
const kinds = ['products', 'invoices'] as const;
const FIRST_CATALOG = 7001;

function fieldsOfCatalog(world: World, row: number): readonly CustomField[] {
  return world.fieldsOf(kinds[row] ?? String(row));
}

/** The fields of all catalogs that the history made. */
export function catalogFields(world: World): readonly CustomField[] {
  const count = world.table('catalogs').historySize;
  return Array.from({ length: count }, (_, row) => fieldsOfCatalog(world, row)).flat();
}

/** The catalog that a field belongs to, by its row. */
export function catalogRowOf(field: CustomField): number {
  const row = kinds.indexOf(field.owner as (typeof kinds)[number]);
  return row >= 0 ? row : Number(field.owner);
}

/** Catalogs, products and invoices among them, and what is in them (kommo-api.md §18.2). */
export const catalogLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'catalogs',
    path: 'catalogs',
    key: 'catalogs',
    ids: (world) => Array.from({ length: world.catalogs }, (_, row) => FIRST_CATALOG + row),
    builder: shaped('catalogs', {
      fields: (row) => {
        const kind = kinds[row.index];
        return {
          id: row.id,
          name:
            ['Товары', 'Invoices'][row.index] ?? row.pick(['Catálogo', 'Машины', '商品目录', 'Partners 🤝']),
          ...row.stamps(),
          sort: row.index * 10,
          type: kind ?? (row.index % 3 === 0 ? 'suppliers' : 'regular'),
          can_add_elements: true,
          can_show_in_cards: kind !== 'invoices',
          can_link_multiple: kind !== 'invoices',
          can_be_deleted: kind === undefined,
          sdk_widget_code: kind === 'invoices' ? 'invoices' : null,
          account_id: row.world.accountId,
        };
      },
    }),
  },
  {
    ...plain,
    name: 'catalog_elements',
    path: 'catalogs/{catalogs}/elements',
    key: 'elements',
    parent: { list: 'catalogs', field: 'catalog_id', touched: false },
    stream: { name: 'catalog_elements', key: ({ id }, parent) => [parent!, id as number] },
    rows: (size) => (size.catalogs === 0 ? 0 : Math.min(500, Math.ceil(size.leads * 0.3))),
    firstId: 90_000,
    builder: shaped('catalog_elements', {
      parentRow: (row) => row.rowIn('catalogs'),
      fields: (row) => {
        return {
          id: row.id,
          catalog_id: row.parent,
          name: `${row.pick(['Кирпич', 'Camiseta', '茶', 'Fatura', 'Brick “red”'])} ${row.index + 1}`,
          ...row.stamps(),
          // Null in the answers to writes, and in rows that an import made (observed-data.md §2).
          is_deleted: row.index % 10 === 9 ? null : false,
          custom_fields_values: customFieldValues(
            fieldsOfCatalog(row.world, row.rowIn('catalogs')),
            row.chance(7),
          ),
          currency_id: row.index % 3 === 0 ? null : 1,
          account_id: row.world.accountId,
        };
      },
      embedsWith: { supplier_field_values: () => [] },
      extra: {
        invoice_link: (row) => (row.index % 3 === 1 ? `https://invoices.example.com/${row.uuid()}` : null),
      },
    }),
  },
];
