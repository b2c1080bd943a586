import schema from '../schemas/users.json' with { type: 'json' };
import { defineStream } from '../src/stream/declaration.ts';
import type { StreamSchema } from '../src/stream/schema.ts';

export const users = defineStream({
  name: 'users',
  schema: schema as StreamSchema,
  with: ['role', 'group', 'uuid', 'amojo_id', 'user_rank', 'phone_number'],
  embeds: { role: 'roles', group: 'groups' },
});
