import type { AccountSize } from './account-size.ts';
import { createCustomFields } from './custom-fields.ts';
import { writeHistory } from './history.ts';
import type { ListDeclaration } from './list-declaration.ts';
import { declarationOf, listDeclarations } from './lists.ts';
import { mix } from './random.ts';
import type { Readings } from './readings.ts';
import { agreeWithRecords } from './records/touching-events.ts';
import type { World } from './records/world.ts';
import { Table } from './table.ts';
import { createTimeline, type Timeline } from './timeline.ts';

const DAY = 86_400;

/** What is given when an account is founded. */
export interface Founding {
  seed: number;
  accountId: number;
  subdomain: string;
  /** Seconds. */
  now: number;
  readings: Readings;
  /** Questions to the lists, which do not exist yet. */
  lists: Pick<World, 'all' | 'childrenOf' | 'parentOf' | 'record' | 'publicId'>;
}

/** Makes everything that an account holds before anybody touches it: each list when it is first needed. */
export function foundWorld(size: AccountSize, founding: Founding): World {
  const { seed } = founding;
  // History ends at the last midnight: on one day the same seed is the same account, to the second.
  const end = Math.floor(founding.now / DAY) * DAY;
  const timeline = createTimeline(seed, end - Math.round(size.years * 365 * DAY), end);
  const tables = new Map<string, Table>();
  const fields: World['customFields'] = {
    leads: createCustomFields(seed, 'leads', size.customFieldsPerLead),
    contacts: createCustomFields(seed, 'contacts'),
    companies: createCustomFields(seed, 'companies'),
  };
  const owned = new Map(Object.entries(fields));
  return {
    seed,
    accountId: founding.accountId,
    address: `https://${founding.subdomain}.kommo.com/api/v4/`,
    table(list) {
      let table = tables.get(list);
      if (table === undefined) {
        const declaration = declarationOf(list);
        table = foundTable(this, declaration, size, timeline);
        tables.set(list, table);
        if (declaration.parent?.touched) followParents(this, declaration, table);
        if (list === 'events') this.eventSubjects = agreeWithRecords(this, table);
      }
      return table;
    },
    ...founding.lists,
    eventSubjects: new Map(),
    customFields: fields,
    fieldsOf(owner) {
      const known = owned.get(owner) ?? createCustomFields(seed, owner);
      owned.set(owner, known);
      return known;
    },
    customFieldsPerLead: size.customFieldsPerLead,
    catalogs: size.catalogs,
    readings: founding.readings,
    driveUrl: 'https://drive-c.kommo.com',
  };
}

function foundTable(
  world: World,
  declaration: ListDeclaration,
  size: AccountSize,
  timeline: Timeline,
): Table {
  if (declaration.ids !== undefined) return exactTable(declaration.ids(world), timeline.start);
  const isUnique = world.readings.noteIds === 'unique';
  return writeHistory({
    seed: mix(world.seed, listDeclarations.indexOf(declaration) + 1, 2),
    count: rowsOf(declaration, size),
    firstId: (isUnique ? declaration.ownFirstId : undefined) ?? declaration.firstId,
    timeline,
    immutable: declaration.name === 'events',
  });
}

function rowsOf(declaration: ListDeclaration, size: AccountSize): number {
  const count = size.rows[declaration.name];
  return count ?? declaration.rows(size, (list) => rowsOf(declarationOf(list), size));
}

function exactTable(ids: readonly number[], second: number): Table {
  const table = new Table(ids.length);
  for (const id of ids) table.append(id, second, second);
  table.historySize = table.size;
  return table;
}

/** What is added to a parent touches it: the children of the past lie within its life, the last one at its end. */
function followParents(world: World, declaration: ListDeclaration, table: Table): void {
  const parents = world.table(declaration.parent!.list);
  const { parentRow } = declaration.builder(world);
  const rows = Array.from({ length: table.size }, (_, row) => parentRow!(row));
  const counts = new Map<number, number>();
  for (const parent of rows) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  const seen = new Map<number, number>();
  rows.forEach((parent, row) => {
    const place = (seen.get(parent) ?? 0) + 1;
    seen.set(parent, place);
    const start = parents.createdAt[parent]!;
    const second = start + Math.floor(((parents.updatedAt[parent]! - start) * place) / counts.get(parent)!);
    table.createdAt[row] = second;
    table.updatedAt[row] = second;
  });
}
