import type { Stream } from '../src/stream/declaration.ts';
import { companies } from './companies.ts';
import { contacts } from './contacts.ts';
import { events } from './events.ts';
import { leads } from './leads.ts';
import { pipelines } from './pipelines.ts';
import { statuses } from './statuses.ts';
import { tasks } from './tasks.ts';
import { users } from './users.ts';

/** Every stream of the connector, in the order in which it offers them. */
export const streams: readonly Stream[] = [
  leads,
  contacts,
  companies,
  pipelines,
  statuses,
  tasks,
  events,
  users,
];
