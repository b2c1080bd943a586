import { refusalOf } from '../readings.ts';
import type { Shape } from './row.ts';
import { referenceTo } from './world.ts';

/** The account itself (kommo-api.md §7.1), with what `with=` asks for. */
export const accountShape: Shape = {
  fields: ({ id, world }) => ({
    id,
    name: 'Simulated account – имитация',
    subdomain: new URL(world.address).hostname.split('.')[0],
    created_at: 1_577_836_800,
    created_by: 0,
    updated_at: 1_700_000_000,
    updated_by: 0,
    current_user_id: referenceTo(world, 'users', 0) ?? 0,
    country: 'BR',
    currency: 'BRL',
    currency_symbol: 'R$',
    customers_mode: customersMode(world.readings),
    is_unsorted_on: true,
    mobile_feature_version: 0,
    is_loss_reason_enabled: true,
    is_helpbot_enabled: false,
    is_technical_account: false,
    contact_name_display_order: 1,
    language: 'en',
  }),
  extra: {
    amojo_id: (row) => row.uuid(1),
    uuid: (row) => row.uuid(2),
    version: () => 15,
    entity_names: () => ({
      leads: { ru: { plural_form: { dative: 'сделкам' } }, en: { singular: 'Lead', plural: 'Leads' } },
    }),
    drive_url: ({ world }) => world.driveUrl,
    is_api_filter_enabled: ({ world }) => world.readings.isApiFilterEnabled,
    invoices_settings: () => ({ lang: 'en', invoices_catalog_id: 7002 }),
  },
  embedsWith: {
    amojo_rights: () => ({ can_direct: true, can_create_groups: true }),
    users_groups: ({ world }) => world.all('user_groups'),
    task_types: ({ world }) => world.all('task_types'),
    datetime_settings: () => ({
      date_pattern: 'd.m.Y H:i',
      short_date_pattern: 'd.m.Y',
      short_time_pattern: 'H:i',
      date_format: 'd.m.Y',
      time_format: 'H:i:s',
      timezone: 'America/Sao_Paulo',
      timezone_offset: '-03:00',
    }),
  },
};

/** Kommo has customers by segments or by periods, never both; here both lists answer unless a reading refuses them. */
function customersMode(readings: Parameters<typeof refusalOf>[0]): string {
  if (refusalOf(readings, 'customers') !== undefined) return 'unavailable';
  return refusalOf(readings, 'customer_statuses') === undefined ? 'periodicity' : 'segments';
}
