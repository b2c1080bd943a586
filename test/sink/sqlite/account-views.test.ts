import { describe, expect, test } from 'vitest';
import type { Stream } from '../../../src/stream/declaration.ts';
import { notes } from '../../../streams/activity/notes.ts';
import { talkMessages } from '../../../streams/chats/talk_messages.ts';
import { talks } from '../../../streams/chats/talks.ts';
import { catalogElements } from '../../../streams/sales/catalog_elements.ts';
import { catalogs } from '../../../streams/sales/catalogs.ts';
import { checkpoint, execute, newPath, openSink, query, recordsOf, streamNamed } from './workspace.ts';

type Row = Record<string, unknown>;
const users = streamNamed('users');

async function fileWith(...rows: [Stream, Row[]][]): Promise<string> {
  const path = newPath();
  const sink = openSink(path, { streams: rows.map(([stream]) => ({ stream, mode: 'incremental' })) });
  for (const [stream, of] of rows) await sink.emit(recordsOf(stream, of));
  await sink.emit(checkpoint(rows[0]![0].name));
  sink.close();
  return path;
}

describe('calls', () => {
  const call = (id: number, params: unknown, more: Row = {}) => ({
    id,
    entity_type: 'contacts',
    entity_id: 10,
    note_type: 'call_in',
    responsible_user_id: 2,
    created_at: 1_700_000_000,
    params,
    ...more,
  });
  const people: [Stream, Row[]] = [
    users,
    [
      { id: 2, name: 'Olga' },
      { id: 3, name: 'Ana' },
    ],
  ];
  const shown = (path: string, columns: string) =>
    query(path, `SELECT ${columns} FROM calls ORDER BY note_id`);

  test('tell who spoke with whom, when, how long and how it ended', async () => {
    const params = {
      uniq: 'x',
      phone: '+1',
      duration: 60,
      call_status: 4,
      call_result: 'will buy',
      link: 'https://e.x/1',
      source: 'sip',
    };
    const path = await fileWith(
      [notes, [call(1, params), { id: 2, entity_type: 'leads', note_type: 'common' }]],
      people,
    );
    expect(shown(path, '*')).toEqual([
      {
        note_id: 1,
        entity_type: 'contacts',
        entity_id: 10,
        direction: 'in',
        phone: '+1',
        seconds: 60,
        status: 'talked',
        result: 'will buy',
        user_id: 2,
        user_name: 'Olga',
        called_at: '2023-11-14T22:13:20Z',
        link: 'https://e.x/1',
        source: 'sip',
        is_deleted: 0,
      },
    ]);
  });

  test.each([
    [3, { user_id: 3, user_name: 'Ana' }],
    ['3', { user_id: 3, user_name: 'Ana' }],
    ['Somebody', { user_id: 2, user_name: 'Somebody' }],
    ['', { user_id: 2, user_name: 'Olga' }],
    [null, { user_id: 2, user_name: 'Olga' }],
    [99, { user_id: 99, user_name: 'Olga' }],
  ])('know the user by an id, a text or a name: %j', async (call_responsible, expected) => {
    const path = await fileWith([notes, [call(1, { call_responsible })]], people);
    expect(shown(path, 'user_id, user_name')).toEqual([expected]);
  });

  test.each([
    [
      'text',
      { duration: '75', phone: 79_991, call_status: '6' },
      { seconds: 75, phone: '79991', status: 'no answer' },
    ],
    ['nothing', {}, { seconds: null, phone: null, status: null }],
    ['an empty list', [], { seconds: null, phone: null, status: null }],
    ['null', null, { seconds: null, phone: null, status: null }],
    ['oddities', { duration: 'long', call_status: 99 }, { seconds: null, phone: null, status: null }],
  ])('bear params that are %s', async (_case, params, expected) => {
    const path = await fileWith([notes, [call(1, params, { note_type: 'call_out' })]], people);
    expect(shown(path, 'direction, seconds, phone, status')).toEqual([{ direction: 'out', ...expected }]);
  });

  test('are kept when their note is deleted, unlike other notes', async () => {
    const text = {
      id: 2,
      entity_type: 'leads',
      note_type: 'common',
      created_by: 3,
      params: { text: 'hello' },
    };
    const path = await fileWith([notes, [call(1, {}), text, { ...text, id: 3 }]], people);
    execute(path, 'UPDATE notes SET _deleted_at = 5 WHERE id IN (1, 3)');
    expect(shown(path, 'note_id, is_deleted')).toEqual([{ note_id: 1, is_deleted: 1 }]);
    expect(query(path, 'SELECT note_id, text, created_by_name FROM notes_view')).toEqual([
      { note_id: 2, text: 'hello', created_by_name: 'Ana' },
    ]);
  });
});

test('messages tell who wrote what in which talk', async () => {
  const path = await fileWith(
    [
      talks,
      [{ talk_id: 5, contact_id: 10, entity_type: 'lead', entity_id: 1, origin: 'waba', updated_at: 1 }],
    ],
    [
      talkMessages,
      [
        {
          id: 'm1',
          talk_id: 5,
          type: 'outgoing',
          message_type: 'picture',
          text: 'look',
          created_at: 1_700_000_000,
          author: { id: 'a', name: 'Olga', type: 'internal', user_id: 2 },
          attachment: { link: 'https://e.x/p', file_name: 'p.png', type: 'picture' },
        },
        { id: 'm2', talk_id: 6, type: 'incoming', created_at: 1 },
      ],
    ],
  );
  expect(query(path, 'SELECT * FROM messages ORDER BY message_id LIMIT 1')).toEqual([
    {
      message_id: 'm1',
      talk_id: 5,
      sent_at: '2023-11-14T22:13:20Z',
      direction: 'out',
      message_type: 'picture',
      text: 'look',
      author_name: 'Olga',
      author_type: 'internal',
      user_id: 2,
      delivery_status: null,
      attachment_link: 'https://e.x/p',
      attachment_name: 'p.png',
      origin: 'waba',
      contact_id: 10,
      lead_id: 1,
      customer_id: null,
      is_deleted: 0,
    },
  ]);
  expect(query(path, "SELECT direction, lead_id FROM messages WHERE message_id = 'm2'")).toEqual([
    { direction: 'in', lead_id: null },
  ]);
});

test('products are the living elements of lists of products', async () => {
  const values = [
    ['SKU', 'A-1'],
    ['PRICE', '99.5'],
    ['GROUP', 'Tables'],
  ].map(([field_code, value], field_id) => ({ field_id, field_code, values: [{ value }] }));
  const element = { catalog_id: 7, custom_fields_values: values, created_at: 1_700_000_000 };
  const path = await fileWith(
    [
      catalogs,
      [
        { id: 7, type: 'products' },
        { id: 8, type: 'regular' },
      ],
    ],
    [
      catalogElements,
      [
        { ...element, id: 1, name: 'Table' },
        { ...element, id: 2, catalog_id: 8 },
        { ...element, id: 3, is_deleted: true },
        { ...element, id: 4 },
      ],
    ],
  );
  execute(path, 'UPDATE catalog_elements SET _deleted_at = 5 WHERE id = 4');
  expect(query(path, 'SELECT * FROM products')).toEqual([
    {
      product_id: 1,
      catalog_id: 7,
      name: 'Table',
      sku: 'A-1',
      description: null,
      price: 99.5,
      product_group: 'Tables',
      external_id: null,
      created_at: '2023-11-14T22:13:20Z',
      updated_at: null,
    },
  ]);
});

test('links are listed from both of their ends', async () => {
  const path = await fileWith(
    [
      streamNamed('leads'),
      [
        {
          id: 1,
          _embedded: {
            contacts: [{ id: 10, is_main: true }],
            companies: [{ id: 20 }],
            catalog_elements: [{ id: 30, metadata: { quantity: 2.5, catalog_id: 7 } }],
          },
        },
      ],
    ],
    [streamNamed('contacts'), [{ id: 10, _embedded: { leads: [{ id: 1 }], companies: [{ id: 20 }] } }]],
    [streamNamed('companies'), [{ id: 20, _embedded: { leads: [{ id: 1 }], contacts: [{ id: 10 }] } }]],
  );
  const links = query(path, 'SELECT * FROM entity_links').map((link) => Object.values(link).join(' '));
  expect(links.sort()).toEqual([
    'companies 20 contacts 10  ',
    'companies 20 leads 1  ',
    'contacts 10 companies 20  ',
    'contacts 10 leads 1  ',
    'leads 1 catalog_elements 30  2.5',
    'leads 1 companies 20  ',
    'leads 1 contacts 10 1 ',
  ]);
});
