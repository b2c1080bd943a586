import type { Account } from './account.ts';
import { uuid } from './custom-field-values.ts';
import type { Readings } from './readings.ts';
import { tableOf } from './records/world.ts';
import type { KommoRecord } from './table.ts';

/** The account itself (kommo-api.md §7.1), with what `with=` asks for. */
export function accountRecord(
  account: Account,
  readings: Readings,
  wanted: ReadonlySet<string>,
  self: string,
): KommoRecord {
  const users = tableOf(account.world, 'users');
  const record: KommoRecord = {
    id: account.id,
    name: 'Simulated account – имитация',
    subdomain: account.subdomain,
    created_at: 1_577_836_800,
    created_by: 0,
    updated_at: 1_700_000_000,
    updated_by: 0,
    current_user_id: users.size > 0 ? users.ids[0] : 0,
    country: 'BR',
    currency: 'BRL',
    currency_symbol: 'R$',
    customers_mode: 'disabled',
    is_unsorted_on: true,
    mobile_feature_version: 0,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    language: 'en',
  };
  const roots: KommoRecord = {
    amojo_id: uuid(account.id),
    uuid: uuid(account.id + 1),
    version: 15,
    entity_names: {
      leads: { ru: { plural_form: { dative: 'сделкам' } }, en: { singular: 'Lead', plural: 'Leads' } },
    },
    drive_url: 'https://drive-c.kommo.com',
    is_api_filter_enabled: readings.isApiFilterEnabled,
    invoices_settings: { lang: 'en', invoices_catalog_id: 7002 },
  };
  const embeds: KommoRecord = {
    amojo_rights: { can_direct: true, can_create_groups: true },
    users_groups: [
      { id: 0, name: 'Отдел продаж', uuid: null },
      { id: 500_001, name: 'Support', uuid: uuid(3) },
    ],
    task_types: [
      { id: 1, name: 'Follow-up', color: null, icon_id: null, code: 'FOLLOW_UP' },
      { id: 2, name: 'Meeting', color: null, icon_id: null, code: 'MEETING' },
      { id: 284_845, name: 'Замер', color: 'CCFF66', icon_id: 7, code: null },
    ],
    datetime_settings: {
      date_pattern: 'd.m.Y H:i',
      short_date_pattern: 'd.m.Y',
      short_time_pattern: 'H:i',
      date_format: 'd.m.Y',
      time_format: 'H:i:s',
      timezone: 'America/Sao_Paulo',
      timezone_offset: '-03:00',
    },
  };
  for (const name of wanted) if (name in roots) record[name] = roots[name];
  record._links = { self: { href: self } };
  const embedded = Object.fromEntries(Object.entries(embeds).filter(([name]) => wanted.has(name)));
  if (Object.keys(embedded).length > 0) record._embedded = embedded;
  return record;
}
