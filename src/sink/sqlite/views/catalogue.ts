import { deletedRecords } from './deleted-records.ts';
import { embeddedViews } from './embedded.ts';
import { leadStatusChanges, leadsView } from './leads.ts';
import { openTasks } from './open-tasks.ts';
import { peopleViews } from './people.ts';
import type { Tables, View } from './view.ts';

/** Every view that tables like these can have, in the order of the documentation. */
export function viewsOf(tables: Tables): View[] {
  return [
    leadsView,
    ...peopleViews,
    openTasks,
    leadStatusChanges,
    ...deletedRecords(tables),
    ...embeddedViews,
  ];
}
