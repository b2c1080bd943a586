import type { Log } from '../log.ts';
import { defineStream, type Stream } from '../stream/declaration.ts';
import { listed } from '../stream/embedded.ts';
import { Delivery } from './delivery.ts';
import { mayBeForTheFilter } from './detour.ts';
import type { CountingClient } from './in-flight.ts';
import { askingForKinds } from './kinds.ts';
import { createReader } from './reader.ts';
import { parseRow } from './row.ts';
import type { RunOptions } from './run.ts';
import type { LogState } from './state.ts';
import { walkOf } from './strategy.ts';
import { StreamReading } from './stream-reading.ts';
import { unknownDensity } from './walk/density.ts';
import { Work, type WorkOptions } from './work.ts';

/** A record that an event is about, under the name that the log has for its kind. */
export interface Named {
  type: string;
  id: number | string;
}

/** An event that may have left the cursors of the records that it names alone. */
export interface LogEvent {
  id: number | string;
  /** Unix seconds. */
  at: number;
  named: Named[];
}

export interface LogOptions extends Pick<RunOptions, 'clock' | 'walkOf'>, Pick<WorkOptions, 'period'> {
  client: CountingClient;
  log: Log;
  stopped: () => boolean;
}

export interface LogRead {
  events: LogEvent[];
  /** How far it was read; undefined when the run was stopped. */
  reached: Omit<LogState, 'acted'> | undefined;
}

/** Links, tags, merges and restores (kommo-api.md §15); none of them is documented to change `updated_at`. */
const types = [
  ...['lead_linked', 'contact_linked', 'company_linked', 'customer_linked', 'entity_linked'],
  ...['lead_unlinked', 'contact_unlinked', 'company_unlinked', 'customer_unlinked', 'entity_unlinked'],
  ...['entity_tag_added', 'entity_tag_deleted', 'entity_merged'],
  ...['lead_restored', 'contact_restored', 'company_restored'],
];
const isTelling = new Set<unknown>(types);

const path = '/api/v4/events';
const purpose = 'witness';
const week = 7 * 24 * 60 * 60;
const year = 52 * week;

/**
 * Reads the event log from where `before` ends, its lookback included: a list like any other, read with the same proof
 * that nothing is left out. Rejects with NotAvailableError where the log itself is refused.
 */
export async function readLog(
  before: LogState,
  { client: plain, clock, period, log, stopped, walkOf: walk = walkOf }: LogOptions,
): Promise<LogRead> {
  const events = new Map<number | string, LogEvent>();
  const stream = defineStream({
    name: purpose,
    schema: { $schema: '', type: 'object', properties: {} },
    ...{ path, envelope: 'events', cursor: 'created_at', immutable: true },
    rows: (row) => {
      const event = eventOf(row);
      // Where an account overlooks the filter, others come too.
      if (isTelling.has(row.type)) events.set(event.id, event);
      return [];
    },
  });
  // What is found out about the types holds for all questions of this look.
  const client = askingForKinds(plain, { path, kinds: { parameter: 'filter[type][]', names: types } });
  const quiet: Log = (_, message) => log('debug', message);
  const { through } = before;
  const known = before.known || (await eventBefore(stream, through - period.lookbackSeconds, client));
  const state = {
    ...{ version: 1 as const, mode: 'incremental' as const, from: 0, through, until: through, done: '' },
    ...{ newestFirst: 0 as const, rows: -1, requests: -1, finished: 0 as const },
    known,
  };
  const reading = new StreamReading(
    { stream, mode: 'incremental', columns: [], state, required: false },
    quiet,
  );
  const whole = { ...period, startDate: undefined };
  const work = new Work([reading], { client, period: whole, clock, origin: 0, log: quiet });
  const delivery = new Delivery({ client, clock, log: quiet, emit: async () => {} }, [reading]);
  const closed = period.closed;
  const reader = createReader({ client, delivery, closed, clock, stopped, walkOf: walk });
  for (let task = work.next(); task !== undefined && !stopped(); task = work.next()) {
    task.job.started = true;
    // What has happened since the last look is read in one go, until more comes than a window should hold.
    task.job.listing.density ??= { ...unknownDensity(closed.value), isMeasured: true };
    if (task.range !== undefined) task.job.ranges.busy.add(task.range);
    await reader.work(task);
  }
  if (reading.error !== undefined) throw reading.error;
  const reached = reading.ended ? reading.state() : undefined;
  return {
    events: [...events.values()],
    reached: reached && { through: reached.through, known: reached.known },
  };
}

/**
 * An event of the year before a first look, as a state names it: an answer that reaches back to it is no empty one, and
 * where it is not the latest, shows by itself that nothing is left out. Where the latest do not come first, only one of
 * the last week will do: reading on from an older one would mean to read all that followed. Empty where there is none.
 */
async function eventBefore({ lists: [list] }: Stream, to: number, client: CountingClient): Promise<string> {
  const bounds = { 'filter[created_at][from]': to - year, 'filter[created_at][to]': to };
  const query = { ...list!.query, limit: list!.pageSize, ...bounds };
  const { rows } = await client.list({ path, envelope: 'events', query, purpose }).catch((error: unknown) => {
    // An account that does not take the filter is read without it.
    if (mayBeForTheFilter(error)) return { rows: [] };
    throw error;
  });
  const all = rows.map((row) => parseRow(row, list!, purpose));
  const isFalling = all.every(({ cursor }, index) => index === 0 || cursor <= all[index - 1]!.cursor);
  const before = all
    .filter(({ cursor }) => cursor <= to && (isFalling || cursor > to - week))
    .sort((one, two) => two.cursor - one.cursor);
  const known = before.find(({ cursor }) => cursor < before[0]!.cursor) ?? before[0];
  return known === undefined ? '' : `${known.cursor}:${known.id}`;
}

function eventOf(row: Record<string, unknown>): LogEvent {
  const parts = [...listed(row, 'value_after'), ...listed(row, 'value_before')];
  const others = parts.flatMap((part) =>
    Object.values(part).map((value) => (value as { entity?: Partial<Named> } | null)?.entity),
  );
  const all = [{ type: row.entity_type, id: row.entity_id }, ...others];
  return { id: row.id as string, at: Number(row.created_at), named: all.filter(isNamed) };
}

function isNamed(entity: { type?: unknown; id?: unknown } | undefined): entity is Named {
  return typeof entity?.type === 'string' && typeof entity.id === 'number';
}
