import { type ListDeclaration, plain, total } from '../list-declaration.ts';
import { messageBody, messageTypes } from '../records/message.ts';
import { shaped } from '../records/row.ts';

const states = ['in_work', 'closed', 'in_work', 'nps_scheduled', 'nps_in_progress', 'with_error', 'closed'];

/** Talks, what was said in them, and the chats of contacts (kommo-api.md §14). */
export const chatLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'talks',
    path: 'talks',
    key: 'talks',
    // Newest first as far as anybody knows: a talk that changes jumps to the top.
    ownOrder: 'updated_at-descending',
    values: {
      talk_id: 'talk_id',
      contact_id: 'contact_id',
      entity_id: 'entity_id',
      entity_type: 'entity_type',
      only_in_work: 'is_in_work',
    },
    identity: 'talk_id',
    marker: { field: 'rate', unit: 1, modulus: Number.MAX_SAFE_INTEGER },
    rows: (_, of) => Math.min(400, Math.ceil(of('contacts') * 0.2)),
    firstId: 5_000,
    builder: shaped('talks', {
      fields: (row) => {
        const status = row.turn(states);
        const kind = row.index % 9 === 8 ? null : row.index % 11 === 10 ? 'customer' : 'lead';
        return {
          talk_id: row.id,
          created_at: row.created,
          updated_at: row.updated,
          rate: row.version === 0 ? null : row.version,
          contact_id: row.of('contacts') ?? 0,
          chat_id: row.uuid(),
          entity_id: kind === null ? null : row.of(`${kind}s`, 7),
          entity_type: kind,
          status,
          is_in_work: status === 'in_work',
          is_read: row.chance(8) % 3 !== 0,
          origin: row.turn(['telegram', 'waba', 'instagram_business', 'avito']),
          source_id: row.index % 4 === 0 ? null : row.of('sources'),
          missed_at: row.index % 6 === 0 ? row.updated : null,
          account_id: row.world.accountId,
        };
      },
      embeds: {
        contacts: (row) => [{ id: row.of('contacts') ?? 0 }],
        leads: (row) => (row.index % 9 === 8 || row.index % 11 === 10 ? [] : [{ id: row.of('leads', 7) }]),
        customers: (row) =>
          row.index % 9 !== 8 && row.index % 11 === 10 ? [{ id: row.of('customers', 7) }] : [],
      },
    }),
  },
  {
    ...plain,
    name: 'talk_messages',
    path: 'talks/{talks}/messages',
    key: 'messages',
    dates: ['created_at'],
    textual: true,
    marker: 'text',
    parent: { list: 'talks', field: 'talk_id', touched: true },
    rows: (_, of) => of('talks') * 5,
    firstId: 1,
    builder: shaped('talk_messages', {
      parentRow: (row) => row.rowIn('talks'),
      id: (row) => row.uuid(),
      fields: (row) => {
        const talk = row.world.record('talks', row.rowIn('talks'));
        const incoming = row.chance() % 2 === 0;
        return {
          id: row.uuid(),
          chat_id: talk.chat_id,
          type: incoming ? 'incoming' : 'outgoing',
          message_type: row.turn(messageTypes),
          ...messageBody(row, incoming),
          created_at: row.created,
          delivery_status: incoming ? null : row.turn(['sent', 'delivered', 'error']),
        };
      },
    }),
  },
  {
    ...plain,
    name: 'contact_chats',
    path: 'contacts/chats',
    key: 'chats',
    envelope: total,
    paged: false,
    values: { contact_id: 'contact_id', chat_id: 'chat_id' },
    parameters: ['contact_id', 'chat_id'],
    marker: undefined,
    rows: (_, of) => of('talks'),
    firstId: 8_000_000,
    builder: shaped('contact_chats', {
      fields: (row) => {
        const { contact_id, chat_id } = row.world.record('talks', row.rowIn('talks'));
        return { id: row.id, contact_id, chat_id };
      },
    }),
  },
];
