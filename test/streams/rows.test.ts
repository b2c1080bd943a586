import { describe, expect, test } from 'vitest';
import type { Stream } from '../../src/stream/declaration.ts';
import { createShaper } from '../../src/stream/shape.ts';
import { deletions } from '../../streams/activity/deletions.ts';
import { taskTypes } from '../../streams/activity/task_types.ts';
import { fileLinks } from '../../streams/files/file_links.ts';
import { userGroups } from '../../streams/people/user_groups.ts';
import { subscriptions } from '../../streams/sales/subscriptions.ts';
import { account } from '../../streams/settings/account.ts';

function recordsOf(stream: Stream, row: Record<string, unknown>, unknown: string[] = []) {
  const shaper = createShaper(stream, Object.keys(stream.schema.properties), (field) => unknown.push(field));
  return stream.lists[0]!.rows(row).map((body) => shaper.shape(body).data);
}

test('the account, its groups and its types of tasks come out of one row', () => {
  const row = {
    id: 7,
    drive_url: 'https://drive-c.kommo.com',
    _embedded: {
      users_groups: [{ id: 0, name: 'Sales', uuid: null }],
      task_types: [{ id: 1, name: 'Call', color: null, icon_id: null, code: 'FOLLOW_UP' }],
      datetime_settings: { timezone: 'America/Sao_Paulo' },
    },
  };
  const unknown: string[] = [];
  expect(recordsOf(account, row, unknown)).toEqual([
    expect.objectContaining({
      id: 7,
      drive_url: 'https://drive-c.kommo.com',
      datetime_settings: '{"timezone":"America/Sao_Paulo"}',
    }),
  ]);
  expect(unknown).toEqual([]);
  expect(recordsOf(userGroups, row)).toEqual([{ id: 0, name: 'Sales', uuid: null }]);
  expect(recordsOf(taskTypes, row)).toEqual([
    { id: 1, name: 'Call', color: null, icon_id: null, code: 'FOLLOW_UP' },
  ]);
});

test('who follows a lead is told apart by type and id', () => {
  const unknown: string[] = [];
  expect(recordsOf(subscriptions, { subscriber_id: 5, type: 'group' }, unknown)).toEqual([
    { entity_type: null, entity_id: null, subscriber_id: 5, subscriber_type: 'group' },
  ]);
  expect(unknown).toEqual([]);
});

test('a file has a link for each record that it is attached to, however Kommo spells them', () => {
  const entities = [
    { entity_id: 1, entity_type: 'leads' },
    { id: 2, type: 'contacts' },
  ];
  expect(recordsOf(fileLinks, { file_uuid: 'f', entities })).toEqual([
    { file_uuid: null, entity_type: 'leads', entity_id: 1 },
    { file_uuid: null, entity_type: 'contacts', entity_id: 2 },
  ]);
  expect(recordsOf(fileLinks, { file_uuid: 'f', entities: null })).toEqual([]);
  expect(() => recordsOf(fileLinks, { file_uuid: 'f', entities: 'leads' })).toThrow('list of entities');
});

describe('deletions', () => {
  const event = {
    id: '01hexample',
    created_by: 3,
    created_at: 1_700_000_000,
    value_after: [],
    value_before: [],
    account_id: 7,
    _embedded: { entity: { id: 9 } },
  };
  const record = { event_id: '01hexample', created_by: 3, happened_at: 1_700_000_000 };
  const alone = { parent_type: null, parent_id: null };

  test.each([
    ['lead_deleted', 'lead', 'leads', 'deleted'],
    ['contact_restored', 'contact', 'contacts', 'restored'],
    ['company_deleted', 'company', 'companies', 'deleted'],
    ['customer_deleted', 'customer', 'customers', 'deleted'],
    ['task_deleted', 'task', 'tasks', 'deleted'],
    ['entity_merged', 'contact', 'contacts', 'merged'],
    ['catalog_123_deleted', 'catalog_123', 'catalog_elements', 'deleted'],
  ])('%s of a %s', (type, entity_type, plural, kind) => {
    const unknown: string[] = [];
    expect(recordsOf(deletions, { ...event, type, entity_type, entity_id: 9 }, unknown)).toEqual([
      { ...record, ...alone, entity_type: plural, entity_id: 9, kind },
    ]);
    expect(unknown).toEqual([]);
  });

  test.each(['value_before', 'value_after'])('of a note, which %s names', (side) => {
    const row = { ...event, type: 'common_note_deleted', entity_type: 'lead', entity_id: 9 };
    expect(recordsOf(deletions, { ...row, [side]: [{ note: { id: 44 } }] })).toEqual([
      {
        ...{ ...record, kind: 'deleted', entity_type: 'notes', entity_id: 44 },
        ...{ parent_type: 'leads', parent_id: 9 },
      },
    ]);
  });

  test.each(['entity_tag_deleted', 'lead_status_changed', 'common_note_added', undefined])(
    'an event of type %s tells of none',
    (type) => {
      expect(recordsOf(deletions, { ...event, type, entity_type: 'lead', entity_id: 9 })).toEqual([]);
    },
  );
});
