import type { Stream } from '../src/stream/declaration.ts';
import { deletions } from './activity/deletions.ts';
import { eventTypes } from './activity/event_types.ts';
import { events } from './activity/events.ts';
import { notes } from './activity/notes.ts';
import { taskTypes } from './activity/task_types.ts';
import { tasks } from './activity/tasks.ts';
import { bots } from './chats/bots.ts';
import { chatTemplates } from './chats/chat_templates.ts';
import { contactChats } from './chats/contact_chats.ts';
import { talkMessages } from './chats/talk_messages.ts';
import { talks } from './chats/talks.ts';
import { websiteButtons } from './chats/website_buttons.ts';
import { customerSegments } from './customers/customer_segments.ts';
import { customerStatuses } from './customers/customer_statuses.ts';
import { customerTransactions } from './customers/customer_transactions.ts';
import { customers } from './customers/customers.ts';
import { fileLinks } from './files/file_links.ts';
import { fileVersions } from './files/file_versions.ts';
import { files } from './files/files.ts';
import { companies } from './people/companies.ts';
import { contacts } from './people/contacts.ts';
import { roles } from './people/roles.ts';
import { userGroups } from './people/user_groups.ts';
import { users } from './people/users.ts';
import { catalogElements } from './sales/catalog_elements.ts';
import { catalogs } from './sales/catalogs.ts';
import { incomingLeads } from './sales/incoming_leads.ts';
import { incomingLeadsSummary } from './sales/incoming_leads_summary.ts';
import { leads } from './sales/leads.ts';
import { lossReasons } from './sales/loss_reasons.ts';
import { pipelines } from './sales/pipelines.ts';
import { sources } from './sales/sources.ts';
import { statuses } from './sales/statuses.ts';
import { subscriptions } from './sales/subscriptions.ts';
import { account } from './settings/account.ts';
import { currencies } from './settings/currencies.ts';
import { customFieldGroups } from './settings/custom_field_groups.ts';
import { customFields } from './settings/custom_fields.ts';
import { tags } from './settings/tags.ts';
import { webhooks } from './settings/webhooks.ts';
import { widgets } from './settings/widgets.ts';

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
  notes,
  account,
  userGroups,
  roles,
  taskTypes,
  eventTypes,
  deletions,
  lossReasons,
  sources,
  incomingLeads,
  incomingLeadsSummary,
  catalogs,
  catalogElements,
  customFields,
  customFieldGroups,
  tags,
  currencies,
  widgets,
  webhooks,
  talks,
  talkMessages,
  contactChats,
  chatTemplates,
  websiteButtons,
  bots,
  files,
  fileVersions,
  fileLinks,
  customers,
  customerStatuses,
  customerSegments,
  customerTransactions,
  subscriptions,
];
