import { mix, mixFraction } from './random.ts';
import { Table } from './table.ts';
import type { Timeline } from './timeline.ts';

/** How the rows of one list came to be. */
export interface HistoryPlan {
  seed: number;
  count: number;
  firstId: number;
  timeline: Timeline;
  /** Immutable rows are created in id order and never edited. */
  immutable?: boolean;
}

/**
 * Fills a table with a plausible past: creation follows the timeline with some disorder between ids and
 * creation (observed-data.md §2: an id cursor does not replace a time cursor), one import of many rows in one
 * second, and bulk edits that stamp many rows with one `updated_at`.
 */
export function writeHistory(plan: HistoryPlan): Table {
  const { seed, count, timeline } = plan;
  const table = new Table(count + Math.min(1024, 16 + (count >> 3)));
  const bursts = burstSeconds(plan);
  const importStart = Math.floor(count * 0.4);
  const importEnd = Math.floor(count * 0.42);
  const importSecond = timeline.at(0.41);
  const disorder = Math.min(0.01, 30 / (count + 1));
  let id = plan.firstId;
  for (let row = 0; row < count; row++) {
    const chance = mix(seed, row, 11);
    id += 1 + (chance % 5);
    const shift = plan.immutable ? 0 : (mixFraction(seed, row, 12) - 0.5) * disorder;
    const imported = !plan.immutable && row >= importStart && row < importEnd;
    const created = imported ? importSecond : timeline.at((row + 0.5) / count + shift);
    table.ids[row] = id;
    table.createdAt[row] = created;
    table.updatedAt[row] = plan.immutable ? created : lastEdit(plan, row, created, bursts);
  }
  table.size = count;
  table.firstId = plan.firstId;
  table.historySize = count;
  return table;
}

function burstSeconds(plan: HistoryPlan): number[] {
  const bursts = 1 + Math.floor(plan.count / 20_000);
  return Array.from({ length: bursts }, (_, index) =>
    plan.timeline.at(0.35 + (0.6 * (index + 0.5)) / bursts),
  );
}

function lastEdit(plan: HistoryPlan, row: number, created: number, bursts: number[]): number {
  const chance = mixFraction(plan.seed, row, 13);
  if (chance < 0.25) {
    const burst = bursts[mix(plan.seed, row, 14) % bursts.length]!;
    if (burst > created) return burst;
  }
  if (chance < 0.5) return created;
  const wait = mixFraction(plan.seed, row, 15) ** 3;
  return Math.min(plan.timeline.end, created + Math.floor((plan.timeline.end - created) * wait));
}
