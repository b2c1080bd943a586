import type { AccountSize } from './account-size.ts';
import { createCustomFields } from './custom-fields.ts';
import { writeHistory } from './history.ts';
import type { ListDeclaration } from './list-declaration.ts';
import { listDeclarations } from './lists.ts';
import { mix } from './random.ts';
import type { World } from './records/world.ts';
import { Table } from './table.ts';
import { createTimeline, type Timeline } from './timeline.ts';

const DAY = 86_400;

/** Makes everything that an account holds before anybody touches it. */
export function foundWorld(
  size: AccountSize,
  founding: { seed: number; accountId: number; subdomain: string; now: number },
): World {
  const { seed } = founding;
  const world: World = {
    seed,
    accountId: founding.accountId,
    address: `https://${founding.subdomain}.kommo.com/api/v4/`,
    tables: new Map(),
    customFields: {
      leads: createCustomFields(seed, 'leads', 300_001, size.customFieldsPerLead),
      contacts: createCustomFields(seed, 'contacts', 400_001),
      companies: createCustomFields(seed, 'companies', 500_001),
    },
    customFieldsPerLead: size.customFieldsPerLead,
  };
  // History ends at the last midnight: on one day the same seed is the same account, to the second.
  const end = Math.floor(founding.now / DAY) * DAY;
  const timeline = createTimeline(seed, end - Math.round(size.years * 365 * DAY), end);
  listDeclarations.forEach((declaration, index) => {
    world.tables.set(declaration.name, foundTable(world, declaration, index + 1, size, timeline));
  });
  return world;
}

function foundTable(
  world: World,
  declaration: ListDeclaration,
  salt: number,
  size: AccountSize,
  timeline: Timeline,
): Table {
  if (declaration.key === 'custom_fields') return fieldTable(world, declaration, timeline.start);
  return writeHistory({
    seed: mix(world.seed, salt, 2),
    count: declaration.rows(size),
    firstId: declaration.firstId,
    timeline,
    immutable: declaration.name === 'events',
  });
}

/** Definitions of custom fields have the ids under which records name them. */
function fieldTable(world: World, declaration: ListDeclaration, second: number): Table {
  const entity = declaration.path.split('/')[0] as 'leads' | 'contacts' | 'companies';
  const fields = world.customFields[entity];
  const table = new Table(fields.length);
  for (const field of fields) table.append(field.id, second, second);
  table.historySize = table.size;
  return table;
}
