import { defineStream } from '../../src/stream/declaration.ts';

export const account = defineStream({
  name: 'account',
  subject: 'settings',
  envelope: undefined,
  isPaged: false,
  with: [
    'amojo_id',
    'uuid',
    'version',
    'entity_names',
    'drive_url',
    'is_api_filter_enabled',
    'invoices_settings',
    'amojo_rights',
    'users_groups',
    'task_types',
    'datetime_settings',
  ],
  redundant: ['users_groups', 'task_types'],
});
