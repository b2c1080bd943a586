import { firstNames } from '../texts.ts';
import type { Row } from './row.ts';

/** The `metadata` of what came in, by its category (kommo-api.md §11). */
export const unsortedMetadata: Readonly<Record<string, (row: Row) => object>> = {
  sip: (row) => ({
    // Numbers or texts (observed-data.md §2).
    from: row.index % 2 === 0 ? '+5511900000000' : 5511900000000,
    phone: row.index % 3 === 0 ? 5511400000000 : '+551140000000',
    called_at: row.created,
    duration: row.index % 2 === 0 ? '35' : 35,
    link: `https://calls.example.com/${row.index}.mp3`,
    service_code: 'telephony',
    uniq: row.uuid(),
    call_responsible: row.of('users'),
  }),
  forms: (row) => ({
    form_id: String(300_000 + row.index),
    form_name: 'Заявка',
    form_page: 'https://example.com/price',
    ip: row.index % 2 === 0 ? '203.0.113.7' : '2001:db8::7',
    form_sent_at: String(row.created),
    referer: 'https://search.example/?q=%D0%BA',
    ...(row.index % 2 === 0 ? { visitor_uid: row.uuid(), form_type: 1 } : {}),
  }),
  chats: (row) => ({
    from: row.pick(firstNames),
    to: 'Loja',
    received_at: row.created,
    service: 'telegram',
    client: { name: row.pick(firstNames), avatar: null },
    origin: { chat_id: row.uuid(), ref: null, visitor_uid: null },
    last_message_text: 'Здравствуйте 👋',
    source_name: 'Telegram',
  }),
  mail: (row) => ({
    from: { email: 'ana@example.com', name: row.pick(firstNames) },
    received_at: row.created,
    subject: 'Предложение',
    thread_id: row.chance(12),
    message_id: row.chance(13),
    content_summary: 'Bom dia, …',
  }),
};
