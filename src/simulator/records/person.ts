import { mix } from '../random.ts';
import { companyNames, firstNames, lastNames } from '../texts.ts';
import {
  actor,
  customFieldValues,
  embeddedTags,
  group,
  linkTo,
  type RecordBuilder,
  referenceTo,
  tableOf,
  type World,
} from './world.ts';

/** Contacts (kommo-api.md §10). */
export function contactBuilder(world: World): RecordBuilder {
  return entityBuilder(world, 'contacts', 'contacts_tags', 40, (row) => {
    const first = firstNames[mix(world.seed, row, 41) % firstNames.length]!;
    const last = lastNames[mix(world.seed, row, 42) % lastNames.length]!;
    // Parts of a name are "", never null, also where the whole name is filled (observed-data.md §2).
    const split = row % 6 !== 0;
    return {
      name: `${first} ${last}`.trim() || `Contact ${row}`,
      first_name: split ? first : '',
      last_name: split ? last : '',
    };
  });
}

/** Companies (kommo-api.md §10). */
export function companyBuilder(world: World): RecordBuilder {
  return entityBuilder(world, 'companies', 'companies_tags', 50, (row) => ({
    name: `${companyNames[mix(world.seed, row, 51) % companyNames.length]} ${row + 1}`,
  }));
}

function entityBuilder(
  world: World,
  list: 'contacts' | 'companies',
  tags: string,
  salt: number,
  names: (row: number) => Record<string, unknown>,
): RecordBuilder {
  const { seed } = world;
  const table = tableOf(world, list);
  return {
    record(row) {
      const chance = mix(seed, row, salt + 3);
      const updated = table.updatedAt[row]!;
      return {
        id: table.ids[row],
        ...names(row),
        responsible_user_id: referenceTo(world, 'users', chance >>> 7) ?? 0,
        group_id: group(chance),
        created_by: actor(world, mix(seed, row, salt + 4)),
        updated_by: actor(world, mix(seed, row, salt + 5 + table.versions[row]! * 103)),
        created_at: table.createdAt[row],
        updated_at: updated,
        closest_task_at: chance % 12 === 0 ? updated + 3600 : null,
        is_deleted: false,
        ...(list === 'contacts' ? { is_unsorted: false } : {}),
        custom_fields_values: customFieldValues(world.customFields[list], mix(seed, row, salt + 6)),
        account_id: world.accountId,
      };
    },
    optional: new Set(['leads', 'contacts', 'catalog_elements', 'customers', 'social_profiles']),
    embedded(row, wanted) {
      const chance = mix(seed, row, salt + 7);
      const embedded: Record<string, unknown> = { tags: embeddedTags(world, tags, chance) };
      const some = (other: string, shift: number): object[] => {
        const count = (chance >>> shift) % 3;
        return Array.from({ length: count }, (_, index) =>
          referenceTo(world, other, (chance >>> shift) + index),
        )
          .filter((id) => id !== null)
          .map((id) => ({ id, _links: linkTo(world, other, id) }));
      };
      if (list === 'contacts') embedded.companies = some('companies', 5).slice(0, 1);
      if (wanted.has('leads')) embedded.leads = some('leads', 7);
      if (wanted.has('contacts') && list === 'companies') embedded.contacts = some('contacts', 9);
      if (wanted.has('catalog_elements')) embedded.catalog_elements = [];
      if (wanted.has('customers')) embedded.customers = [];
      if (wanted.has('social_profiles') && list === 'contacts') embedded.social_profiles = [];
      return embedded;
    },
  };
}
