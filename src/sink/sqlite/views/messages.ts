import { deletedAt } from '../marks.ts';
import { inside, localTime } from './expressions.ts';
import type { View } from './view.ts';

export const messages: View = {
  name: 'messages',
  summary:
    'Messages of chats, with the contact and the lead or customer that the talk belongs to. Deleted ones are kept.',
  reads: ['talk_messages', 'talks'],
  columns: {
    message_id: 'message.id',
    talk_id: 'message.talk_id',
    sent_at: localTime('message.created_at'),
    direction: "CASE message.type WHEN 'incoming' THEN 'in' WHEN 'outgoing' THEN 'out' END",
    message_type: 'message.message_type',
    text: 'message.text',
    author_name: inside('message.author', '.name'),
    author_type: inside('message.author', '.type'),
    user_id: inside('message.author', '.user_id'),
    delivery_status: 'message.delivery_status',
    attachment_link: inside('message.attachment', '.link'),
    attachment_name: inside('message.attachment', '.file_name'),
    origin: 'talk.origin',
    contact_id: 'talk.contact_id',
    // A talk names its entity in the singular, as events do.
    lead_id: "CASE talk.entity_type WHEN 'lead' THEN talk.entity_id END",
    customer_id: "CASE talk.entity_type WHEN 'customer' THEN talk.entity_id END",
    is_deleted: `message.${deletedAt} IS NOT NULL`,
  },
  from: 'talk_messages AS message\nLEFT JOIN talks AS talk ON talk.talk_id = message.talk_id',
};
