import { firstNames } from '../texts.ts';
import type { Row } from './row.ts';

export const messageTypes = [
  'text',
  'text',
  'picture',
  'text',
  'voice',
  'file',
  'text',
  'location',
  'contact',
  'video',
  'audio',
  'sticker',
] as const;

/** Who wrote a message of a talk to whom, and what (kommo-api.md §14). */
export function messageBody(row: Row, incoming: boolean): object {
  const client = { id: row.uuid(13), type: 'external', name: row.pick(firstNames) || null, avatar_url: null };
  const kind = row.chance(14) % 5 === 0 ? 'bot' : 'internal';
  const colleague = {
    id: row.uuid(15),
    type: kind,
    name: kind === 'bot' ? 'Salesbot' : 'Ирина',
    avatar_url: kind === 'bot' ? null : 'https://images.example.com/1.png',
    ...(kind === 'internal' ? { user_id: row.of('users') } : {}),
  };
  const type = row.turn(messageTypes);
  return {
    author: incoming ? client : colleague,
    recipient: row.index % 6 === 5 ? null : incoming ? colleague : client,
    text:
      row.turn(messageTypes) === 'text'
        ? row.pick(['Привет!', 'Quanto custa?', 'ok 👍', 'שלום', 'Line\nbreak'])
        : null,
    attachment:
      type === 'text' || type === 'location' || type === 'contact'
        ? null
        : { type, link: `https://files.example.com/${row.uuid(16)}`, file_name: `${type}-${row.index}` },
  };
}
