import { deletedRecords } from './deleted-records.ts';
import { embeddedViews } from './embedded.ts';
import { entityLinks } from './entity-links.ts';
import { leadStatusChanges, leadsView } from './leads.ts';
import { messages } from './messages.ts';
import { calls, notesView } from './notes.ts';
import { openTasks } from './open-tasks.ts';
import { companiesView, contactsView, usersView } from './people.ts';
import { products } from './products.ts';
import type { Contents, View } from './view.ts';
import { wideViews } from './wide.ts';

/** Every view that a file of such contents can have, in the order of the documentation. */
export function viewsOf({ tables, fields }: Contents): View[] {
  return [
    leadsView,
    contactsView,
    companiesView,
    ...wideViews(fields),
    usersView,
    openTasks,
    leadStatusChanges,
    calls,
    notesView,
    messages,
    products,
    ...deletedRecords(tables),
    entityLinks,
    ...embeddedViews,
  ];
}
