import { type ListDeclaration, plain, total } from '../list-declaration.ts';
import { type Row, shaped } from '../records/row.ts';
import { customFieldValues, embeddedTags, group } from '../records/world.ts';
import { firstNames } from '../texts.ts';

function one(row: Row, list: string, purpose: number): object[] {
  const id = row.chance(purpose) % 3 === 0 ? null : row.of(list, purpose);
  return id === null ? [] : [{ id }];
}

function elements(row: Row): object[] {
  if (row.chance(14) % 5 !== 0) return [];
  const index = row.chance(15);
  const list = row.world.table('catalog_elements');
  if (list.historySize === 0) return [];
  const catalog_id = row.world.publicId(
    'catalogs',
    (index % list.historySize) % row.world.table('catalogs').historySize,
  );
  return [{ id: list.ids[index % list.historySize], metadata: { quantity: 1 + (index % 4), catalog_id } }];
}

/** Half of the records have a follower; those who come later go round once more, and are others. */
function follower(row: Row, entity: string): { place: number; round: number } {
  const followed = Math.max(1, Math.ceil(row.world.table(entity).historySize / 2));
  return { place: row.index % followed, round: Math.floor(row.index / followed) };
}

/** Who follows a record, one list a record (kommo-api.md §18.5). */
function subscriptions(entity: 'leads' | 'customers'): ListDeclaration {
  const name = `${entity}_subscriptions`;
  return {
    ...plain,
    name,
    path: `${entity}/{${entity}}/subscriptions`,
    key: 'subscriptions',
    envelope: ['_total_items', '_page', '_page_count', '_links'],
    marker: undefined,
    parent: { list: entity, field: 'entity_id', touched: false },
    // Those of customers are a list and no stream.
    stream:
      entity === 'customers'
        ? undefined
        : {
            name: 'subscriptions',
            key: ({ type, subscriber_id }, parent) => [
              entity,
              parent!,
              type as string,
              subscriber_id as number,
            ],
          },
    rows: (_, of) => Math.min(500, Math.ceil(of(entity) * 0.5)),
    firstId: 1,
    builder: shaped(name, {
      parentRow: (row) => {
        const { place } = follower(row, entity);
        return (place * 2 - (place % 2)) % Math.max(1, row.world.table(entity).historySize);
      },
      fields: (row) => {
        const { place, round } = follower(row, entity);
        if (place % 6 === 5) return { subscriber_id: 500_001 + round, type: 'group' };
        const users = row.world.table('users');
        return { subscriber_id: users.ids[(place + round) % Math.max(1, users.historySize)], type: 'user' };
      },
    }),
  };
}

/** Customers and what belongs to them (kommo-api.md §18.6), and followers, whom leads have as well. */
export const customerLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'customers',
    path: 'customers',
    key: 'customers',
    orders: ['updated_at', 'id'],
    dates: ['created_at', 'updated_at', 'closest_task_at', 'next_date'],
    values: {
      id: 'id',
      name: 'name',
      status_id: 'status_id',
      next_price: 'next_price',
      created_by: 'created_by',
      updated_by: 'updated_by',
      responsible_user_id: 'responsible_user_id',
    },
    missing: 204,
    rows: (size) => Math.min(200, Math.ceil(size.leads * 0.1)),
    firstId: 80_000_000,
    builder: shaped('customers', {
      fields: (row) => ({
        id: row.id,
        name: `${row.pick(firstNames)} ${row.index + 1}`.trim(),
        next_price: row.index % 4 === 0 ? null : row.chance(7) % 50_000,
        next_date: row.index % 4 === 0 ? null : row.created + 30 * 86_400,
        responsible_user_id: row.of('users', 5) ?? 0,
        status_id: row.index % 5 === 4 ? null : row.of('customer_statuses', 8),
        periodicity: row.turn([0, 30, null]),
        ...row.stamps(),
        closest_task_at: row.index % 8 === 0 ? row.updated + 3600 : null,
        is_deleted: false,
        custom_fields_values: customFieldValues(row.world.fieldsOf('customers'), row.chance(9)),
        ltv: row.chance(10) % 100_000,
        purchases_count: row.chance(11) % 9,
        average_check: row.chance(12) % 10_000,
        account_id: row.world.accountId,
      }),
      extra: { group_id: (row) => group(row.chance(6)) },
      embeds: {
        segments: (row) => one(row, 'customer_segments', 13),
        tags: (row) => embeddedTags(row.world, 'customers_tags', row.chance(16)),
      },
      embedsWith: {
        contacts: (row) => one(row, 'contacts', 17).map((contact) => ({ ...contact, is_main: true })),
        companies: (row) => one(row, 'companies', 18),
        catalog_elements: elements,
      },
    }),
  },
  {
    ...plain,
    name: 'customer_statuses',
    path: 'customers/statuses',
    key: 'statuses',
    envelope: ['_total_items'],
    paged: false,
    rows: () => 5,
    firstId: 4_000_000,
    builder: shaped('customer_statuses', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Недавно купили', 'Long ago', 'Sumiu', 'Won', 'Lost']),
        sort: row.index * 10,
        is_default: row.index === 0,
        conditions: row.index % 2 === 0 ? [] : [{ type: 'purchase_expected', days: 7 }],
        color: row.turn(['#CCFF66', '#ffcc66']),
        type: row.index % 5,
        account_id: row.world.accountId,
      }),
    }),
  },
  {
    ...plain,
    name: 'customer_segments',
    path: 'customers/segments',
    key: 'segments',
    envelope: total,
    rows: () => 4,
    firstId: 4_500_000,
    builder: shaped('customer_segments', {
      fields: (row) => ({
        id: row.id,
        created_at: row.created,
        updated_at: row.updated,
        account_id: row.world.accountId,
        name: row.turn(['VIP', 'Опт', 'Novos', '休眠']),
        color: row.index === 3 ? null : '10599d',
        available_products_price_types: row.index === 0 ? null : [1, 2].slice(0, row.index - 1),
        customers_count: row.chance() % 90,
        custom_fields_values: customFieldValues(row.world.fieldsOf('segments'), row.chance(7)),
      }),
    }),
  },
  {
    ...plain,
    name: 'customer_transactions',
    path: 'customers/transactions',
    also: ['customers/{customers}/transactions'],
    key: 'transactions',
    marker: 'comment',
    parent: { list: 'customers', field: 'customer_id', touched: false },
    rows: (_, of) => of('customers') * 2,
    firstId: 6_000_000,
    builder: shaped('customer_transactions', {
      parentRow: (row) => row.rowIn('customers'),
      fields: (row) => ({
        id: row.id,
        price: row.chance(7) % 20_000,
        comment: row.index % 3 === 0 ? null : 'Оплата наличными',
        completed_at: row.created,
        customer_id: row.parent,
        ...row.stamps(),
        is_deleted: false,
        account_id: row.world.accountId,
      }),
      embeds: {
        customer: (row) => ({ id: row.parent }),
        catalog_elements: elements,
      },
    }),
  },
  subscriptions('leads'),
  subscriptions('customers'),
];
