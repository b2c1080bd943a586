import { counted, type ListDeclaration, plain, total } from '../list-declaration.ts';
import { accountShape } from '../records/account.ts';
import { eventTypes } from '../records/event-types.ts';
import { shaped } from '../records/row.ts';
import { lossReasonNames } from '../texts.ts';

const account: ListDeclaration = {
  ...plain,
  name: 'account',
  path: 'account',
  key: '',
  values: {},
  ids: (world) => [world.accountId],
  builder: shaped('account', accountShape),
};

/** Served inside the account; both have records with fixed ids. */
const partsOfAccount: ListDeclaration[] = [
  {
    ...plain,
    name: 'user_groups',
    path: undefined,
    key: 'users_groups',
    ids: () => [0, 500_001, 500_002, 500_003],
    builder: shaped('user_groups', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Отдел продаж', 'Support', 'Pós-venda', '渠道']),
        uuid: row.id === 0 ? null : row.uuid(),
      }),
    }),
  },
  {
    ...plain,
    name: 'task_types',
    path: undefined,
    key: 'task_types',
    ids: () => [1, 2, 284_845],
    builder: shaped('task_types', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Follow-up', 'Meeting', 'Замер']),
        color: row.turn([null, null, 'CCFF66']),
        icon_id: row.turn([null, null, 7]),
        code: row.turn(['FOLLOW_UP', 'MEETING', null]),
      }),
    }),
  },
];

/** Lists that are read by those who run the account (kommo-api.md §7, §8, §15, §18.4, §18.7). */
export const settingLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'roles',
    path: 'roles',
    key: 'roles',
    envelope: counted,
    rows: () => 2,
    firstId: 800_000,
    builder: shaped('roles', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Manager', 'Оператор']),
        rights: { leads: { view: 'A', edit: 'M', add: 'A', delete: 'D', export: 'D' }, mail_access: false },
      }),
      embedsWith: { users: ({ world }) => Array.from(world.table('users').ids.subarray(0, 2)) },
    }),
  },
  {
    ...plain,
    name: 'loss_reasons',
    path: 'leads/loss_reasons',
    key: 'loss_reasons',
    paged: false,
    rows: () => 5,
    firstId: 900_000,
    builder: shaped('loss_reasons', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(lossReasonNames),
        sort: row.index * 1000,
        created_at: row.created,
        updated_at: row.updated,
      }),
    }),
  },
  account,
  ...partsOfAccount,
  {
    ...plain,
    name: 'sources',
    path: 'sources',
    key: 'sources',
    envelope: total,
    paged: false,
    values: { id: 'id', external_id: 'external_id' },
    missing: 204,
    rows: () => 3,
    firstId: 600_000,
    builder: shaped('sources', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Сайт / site', 'WhatsApp', 'Import']),
        pipeline_id: row.index % 3 === 2 ? null : row.of('pipelines'),
        external_id: `source-${row.index + 1}`,
        default: row.index === 0,
        origin_code: row.turn([null, 'waba', null]),
        services: row.turn<unknown>([
          [],
          [
            {
              type: 'whatsapp',
              params: { waba: true, is_supports_list_message: false },
              pages: [{ id: '5511900000000', name: 'Loja', link: 'https://wa.me/5511900000000' }],
            },
          ],
          [],
        ]),
      }),
    }),
  },
  {
    ...plain,
    name: 'event_types',
    path: 'events/types',
    key: 'events_types',
    envelope: total,
    paged: false,
    identity: 'key',
    textual: true,
    marker: 'lang',
    ids: () => eventTypes.map((_, index) => index + 1),
    builder: shaped('event_types', {
      fields: (row) => ({
        key: row.name(eventTypes),
        type: row.id,
        lang: row.name(eventTypes).replaceAll('_', ' '),
      }),
    }),
  },
  {
    ...plain,
    name: 'currencies',
    path: 'currencies',
    key: 'currencies',
    identity: 'code',
    textual: true,
    marker: undefined,
    ids: () => [1, 2, 3, 4],
    builder: shaped('currencies', {
      fields: (row) => ({ code: row.name(['BRL', 'USD', 'EUR', 'RUB']) }),
      id: (row) => row.name(['BRL', 'USD', 'EUR', 'RUB']),
    }),
  },
];
