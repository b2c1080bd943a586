import type { CustomField } from '../custom-fields.ts';
import { counted, type ListDeclaration, plain } from '../list-declaration.ts';
import { type Row, shaped } from '../records/row.ts';
import { tagName, type World } from '../records/world.ts';
import { catalogFields, catalogRowOf } from './catalogs.ts';

const entities = ['leads', 'contacts', 'companies'] as const;

function tags(entity: string, firstId: number): ListDeclaration {
  const name = `${entity}_tags`;
  return {
    ...plain,
    name,
    path: `${entity}/tags`,
    key: 'tags',
    values: { id: 'id', name: 'name' },
    stream: { name: 'tags', key: ({ id }) => [entity, id as number] },
    rows: () => 12,
    firstId,
    builder: shaped(name, {
      // Only those of leads have a colour (kommo-api.md §16.3).
      fields: (row) => ({
        id: row.id,
        name: tagName(row.world, row.index),
        color: entity === 'leads' && row.index % 2 === 0 ? 'D7EAB4' : null,
      }),
    }),
  };
}

/** Definitions of custom fields have the ids under which records name them (kommo-api.md §16.1). */
function definitions(
  entity: string,
  path: string,
  fieldsOf: (world: World) => readonly CustomField[],
): ListDeclaration {
  const name = `${entity}_custom_fields`;
  const ofCatalogs = entity === 'catalogs';
  return {
    ...plain,
    name,
    path,
    key: 'custom_fields',
    envelope: counted,
    orders: ['sort', 'id'],
    values: { id: 'id', type: 'type' },
    stream: { name: 'custom_fields', key: ({ id }, parent) => [entity, parent ?? 0, id as number] },
    ids: (world) => fieldsOf(world).map((field) => field.id),
    parent: ofCatalogs ? { list: 'catalogs', field: 'catalog_id', touched: false } : undefined,
    builder: shaped(name, {
      fields: (row) => {
        const field = row.turn(fieldsOf(row.world));
        return {
          ...general(row, field, entity),
          ...(ofCatalogs ? inCatalog(row, field) : inEntity(row, field, entity)),
        };
      },
      ...(ofCatalogs && { parentRow: (row: Row) => catalogRowOf(row.turn(fieldsOf(row.world))) }),
    }),
  };
}

function general(row: Row, field: CustomField, entity: string): Record<string, unknown> {
  return {
    id: row.id,
    name: field.name,
    type: field.type,
    account_id: row.world.accountId,
    code: field.code,
    sort: 500 + row.index,
    is_api_only: row.chance() % 10 === 0,
    enums: field.options?.map((option, index) => ({ ...option, sort: index + 1 })) ?? null,
    entity_type: entity,
    tracking_callback: field.type === 'tracking_data' ? 'function () {}' : null,
    search_in: field.type === 'linked_entity' ? 'contacts_and_companies' : null,
    chained_lists:
      field.type === 'chained_list'
        ? [1, 2, 3].map((level) => ({
            title: `Level ${level}`,
            catalog_id: 7000 + level,
            parent_catalog_id: level === 1 ? null : 6999 + level,
          }))
        : null,
    triggers: [],
    is_deletable: field.code === null,
  };
}

function inEntity(row: Row, field: CustomField, entity: string): Record<string, unknown> {
  const needed = [{ status_id: 142, pipeline_id: row.of('pipelines') ?? 0 }];
  return {
    // A text, of a group or null (observed-data.md §2).
    group_id: row.turn(['default', null, `${entity}_29741591099841`]),
    required_statuses: row.turn([[], null, needed]),
    is_predefined: field.code !== null,
    remind: field.type === 'birthday' ? 'never' : null,
    currency: field.type === 'monetary' ? 'BRL' : null,
    ...(entity === 'leads' ? { hidden_statuses: row.turn([[], needed]), is_computed: false } : {}),
  };
}

function inCatalog(row: Row, field: CustomField): Record<string, unknown> {
  return {
    catalog_id: row.parent,
    is_visible: row.index % 4 !== 3,
    is_required: row.index % 5 === 0,
    settings: row.index % 2 === 0 ? null : [],
    nested:
      field.type === 'category'
        ? field.options!.map(({ id, value }, index) => ({
            id,
            parent_id: index === 0 ? null : field.options![0]!.id,
            value,
            sort: index,
          }))
        : null,
  };
}

/** The groups under which the card shows the fields; their ids are texts, the same ones in several lists (kommo-api.md §16.2). */
function groups(entity: string, path = entity): ListDeclaration {
  const name = `${entity}_custom_field_groups`;
  return {
    ...plain,
    name,
    path: `${path}/custom_fields/groups`,
    key: 'custom_field_groups',
    envelope: ['_total_items'],
    paged: false,
    textual: true,
    stream:
      path === entity ? { name: 'custom_field_groups', key: ({ id }) => [entity, id as string] } : undefined,
    ids: () => [1, 2, 3],
    // Those of catalogs were seen in clients only; here the first catalog has some.
    parent: path === entity ? undefined : { list: 'catalogs', field: 'catalog_id', touched: false },
    builder: shaped(name, {
      parentRow: () => 0,
      id: (row) => row.name(['default', `${entity}_29741591099841`, 'statistic']),
      fields: (row) => ({
        id: row.name(['default', `${entity}_29741591099841`, 'statistic']),
        name: row.turn(['Основное', 'Delivery', 'Statistics']),
        sort: row.index,
        entity_type: entity,
        is_predefined: row.index !== 1,
        type: row.index === 2 ? 'linked_group' : 'custom_field_group',
        fields:
          row.index === 1
            ? row.world
                .fieldsOf(entity)
                .slice(0, 3)
                .map(({ id }) => id)
            : null,
      }),
    }),
  };
}

/** Custom fields, their groups, and tags, of everything that has some. */
export const fieldLists: readonly ListDeclaration[] = [
  ...entities.flatMap((entity, index) => [
    tags(entity, 1_000_000 + 100_000 * index),
    definitions(entity, `${entity}/custom_fields`, (world) => world.customFields[entity]),
  ]),
  tags('customers', 1_300_000),
  definitions('customers', 'customers/custom_fields', (world) => world.fieldsOf('customers')),
  definitions('segments', 'customers/segments/custom_fields', (world) => world.fieldsOf('segments')),
  definitions('catalogs', 'catalogs/{catalogs}/custom_fields', catalogFields),
  ...[...entities, 'customers'].map((entity) => groups(entity)),
  groups('catalogs', 'catalogs/{catalogs}'),
];
