import { mix } from '../random.ts';
import { leadNames, lossReasonNames } from '../texts.ts';
import { pipelineStatuses } from './pipeline.ts';
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

/** A price carries the row's version in its last four digits, so that a test can tell versions apart. */
export const PRICE_STEP = 10_000;

/** Leads (kommo-api.md §9). */
export function leadBuilder(world: World): RecordBuilder {
  const { seed } = world;
  const table = tableOf(world, 'leads');
  const lossReasonOf = (row: number): number | null => {
    const chance = mix(seed, row, 36);
    return chance % 4 === 0 ? null : referenceTo(world, 'loss_reasons', chance);
  };
  const stageOf = (row: number) => {
    const chance = mix(seed, row, 31 + table.versions[row]! * 101);
    const pipelines = tableOf(world, 'pipelines');
    if (pipelines.historySize === 0) return { pipeline: 0, status: 142 };
    const pipelineRow = mix(seed, row, 32) % pipelines.historySize;
    const statuses = pipelineStatuses(pipelineRow);
    return { pipeline: pipelines.ids[pipelineRow]!, status: statuses[chance % statuses.length]! };
  };
  return {
    record(row) {
      const chance = mix(seed, row, 30);
      const version = table.versions[row]!;
      const { pipeline, status } = stageOf(row);
      const created = table.createdAt[row]!;
      const updated = table.updatedAt[row]!;
      const price = ((chance >>> 5) % 400) * PRICE_STEP + (version % PRICE_STEP);
      return {
        id: table.ids[row],
        name: `${leadNames[chance % leadNames.length]} ${row + 1}`,
        price,
        price_with_minor_units: price + (chance % 100) / 100,
        responsible_user_id: referenceTo(world, 'users', chance >>> 7) ?? 0,
        group_id: group(chance),
        status_id: status,
        pipeline_id: pipeline,
        // Some lost leads have no reason (observed-data.md §2).
        loss_reason_id: status === 143 ? lossReasonOf(row) : null,
        created_by: actor(world, mix(seed, row, 33)),
        updated_by: actor(world, mix(seed, row, 34 + version * 103)),
        created_at: created,
        updated_at: updated,
        closed_at:
          status === 142 || status === 143
            ? updated - (chance % 3 === 0 ? Math.min(60, updated - created) : 0)
            : null,
        closest_task_at: chance % 11 === 0 ? updated + 86_400 : null,
        is_deleted: false,
        custom_fields_values: customFieldValues(
          world.customFields.leads,
          mix(seed, row, 35),
          world.customFieldsPerLead,
        ),
        score: null,
        account_id: world.accountId,
        labor_cost: chance % 16 === 0 ? chance % 7200 : null,
        // Newer rows only (observed-data.md §2).
        ...(chance % 5 === 0 ? {} : { is_price_computed: chance % 13 === 0 }),
      };
    },
    optional: new Set(['contacts', 'catalog_elements', 'loss_reason', 'source']),
    extra(row, wanted) {
      const chance = mix(seed, row, 37);
      const keys: Record<string, unknown> = {};
      if (wanted.has('source_id')) keys.source_id = chance % 3 === 0 ? 600_000 + (chance % 9) : null;
      if (wanted.has('is_price_modified_by_robot')) keys.is_price_modified_by_robot = chance % 7 === 0;
      return keys;
    },
    embedded(row, wanted) {
      const chance = mix(seed, row, 38);
      const company = chance % 3 === 0 ? null : referenceTo(world, 'companies', chance >>> 2);
      const embedded: Record<string, unknown> = {
        tags: embeddedTags(world, 'leads_tags', mix(seed, row, 39)),
        companies: company === null ? [] : [{ id: company, _links: linkTo(world, 'companies', company) }],
      };
      if (wanted.has('contacts')) embedded.contacts = contactsOf(world, chance);
      if (wanted.has('catalog_elements')) embedded.catalog_elements = elementsOf(world, chance);
      if (wanted.has('loss_reason')) embedded.loss_reason = lossReasonsEmbedded(row);
      if (wanted.has('source') && chance % 3 === 0) {
        embedded.source = { id: 600_000 + (chance % 9), name: 'Сайт / site' };
      }
      return embedded;
    },
  };

  // Documented as an object, served as an array (kommo-api.md §9, quirks).
  function lossReasonsEmbedded(row: number): object[] {
    const id = stageOf(row).status === 143 ? lossReasonOf(row) : null;
    if (id === null) return [];
    const reasons = tableOf(world, 'loss_reasons');
    const reasonRow = reasons.rowOf(id);
    return [
      {
        id,
        name: lossReasonNames[reasonRow % lossReasonNames.length],
        sort: reasonRow * 1000,
        created_at: reasons.createdAt[reasonRow],
        updated_at: reasons.updatedAt[reasonRow],
      },
    ];
  }
}

function contactsOf(world: World, chance: number): object[] {
  const count = chance % 4 === 0 ? 0 : 1 + ((chance >>> 4) % 2);
  return Array.from({ length: count }, (_, index) => referenceTo(world, 'contacts', (chance >>> 3) + index))
    .filter((id) => id !== null)
    .map((id, index) => ({ id, is_main: index === 0, _links: linkTo(world, 'contacts', id) }));
}

function elementsOf(world: World, chance: number): object[] {
  const elements = tableOf(world, 'catalog_elements');
  if (chance % 10 !== 0 || elements.historySize === 0) return [];
  const element = chance % Math.min(500, elements.historySize);
  const metadata = {
    quantity: 1 + (chance % 5),
    catalog_id: world.publicId('catalogs', element % tableOf(world, 'catalogs').historySize),
    ...(chance % 20 === 0 ? {} : { price_id: 3 }),
  };
  return [{ id: elements.ids[element], metadata }];
}
