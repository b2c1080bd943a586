import { defineStream } from '../../src/stream/declaration.ts';
import { leads } from './leads.ts';

export const subscriptions = defineStream({
  name: 'subscriptions',
  subject: 'sales',
  selectedByDefault: false,
  path: '/api/v4/leads/{id}/subscriptions',
  key: ['entity_type', 'entity_id', 'subscriber_type', 'subscriber_id'],
  identity: ['type', 'subscriber_id'],
  sentAs: { subscriber_type: 'type' },
  parent: { list: leads.lists[0]!, adds: { entity_id: 'id' } },
  adds: { entity_type: 'leads' },
});
