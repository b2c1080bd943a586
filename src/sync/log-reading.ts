import { RefusedRequestError } from '../errors.ts';
import type { Log } from '../log.ts';
import { defineStream, type Stream } from '../stream/declaration.ts';
import { listed } from '../stream/embedded.ts';
import { Delivery } from './delivery.ts';
import type { CountingClient } from './in-flight.ts';
import { patience } from './listing.ts';
import { createReader } from './reader.ts';
import { parseRow } from './row.ts';
import type { RunOptions } from './run.ts';
import type { LogState } from './state.ts';
import { walkOf } from './strategy.ts';
import { StreamReading } from './stream-reading.ts';
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
 * Reads the event log from where `before` ends, its lookback included. A type that the account refuses is left out;
 * where it refuses all of them it is asked for none, and sends them all.
 * Rejects with NotAvailableError where the log itself is refused.
 */
export async function readLog(before: LogState, options: LogOptions): Promise<LogRead> {
  let asked: readonly string[] = types;
  for (let tries = 1; ; tries += 1) {
    try {
      return await readTypes(asked, before, options);
    } catch (error) {
      if (!(error instanceof RefusedRequestError) || asked.length === 0) throw error;
      asked = tries === patience ? [] : await acceptedOf(asked, options.client);
    }
  }
}

/** Those of the types that the account can be asked for; it may answer with nothing before it looks at the question. */
async function acceptedOf(asked: readonly string[], client: CountingClient): Promise<string[]> {
  const accepted: string[] = [];
  for (const type of asked) {
    try {
      const query = { 'filter[type][]': [type], limit: 1 };
      await client.list({ path, envelope: 'events', query, purpose });
      accepted.push(type);
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
    }
  }
  return accepted;
}

/** The log is a list like any other, read with the same proof that nothing is left out. */
async function readTypes(
  asked: readonly string[],
  before: LogState,
  { client, clock, period, log, stopped, walkOf: walk = walkOf }: LogOptions,
): Promise<LogRead> {
  const events = new Map<number | string, LogEvent>();
  const stream = defineStream({
    name: purpose,
    schema: { $schema: '', type: 'object', properties: {} },
    ...{ path, envelope: 'events', cursor: 'created_at', immutable: true },
    query: asked.length === 0 ? {} : { 'filter[type][]': asked },
    rows: (row) => {
      const event = eventOf(row);
      // Where an account overlooks the filter, others come too.
      if (isTelling.has(row.type)) events.set(event.id, event);
      return [];
    },
  });
  const quiet: Log = (_, message) => log('debug', message);
  const { through } = before;
  const told = parseKnown(before.known);
  const earlier =
    told.length > 0 ? told : latestOf(await eventsBefore(stream, through - period.lookbackSeconds, client));
  const state = {
    ...{ version: 1 as const, mode: 'incremental' as const, from: 0, through, until: through, done: '' },
    ...{ rows: -1, requests: -1, finished: 0 as const },
    known: earlier[0] === undefined ? '' : `${earlier[0].at}:${earlier[0].id}`,
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
    if (task.range !== undefined) task.job.ranges.busy.add(task.range);
    await reader.work(task);
  }
  if (reading.error !== undefined) throw reading.error;
  const reached = reading.ended ? reading.state() : undefined;
  return {
    events: [...events.values()],
    reached: reached && {
      through: reached.through,
      known: formatKnown(latestOf([...earlier, ...events.values(), ...parseKnown(reached.known)])),
    },
  };
}

/**
 * Events of the year before a first look: an answer that reaches back to one is no empty one. Where the latest do not
 * come first, only those of the last week will do: reading on from an older one would mean to read all that followed.
 */
async function eventsBefore(
  { lists: [list] }: Stream,
  to: number,
  client: CountingClient,
): Promise<Pick<LogEvent, 'id' | 'at'>[]> {
  const bounds = { 'filter[created_at][from]': to - year, 'filter[created_at][to]': to };
  const query = { ...list!.query, limit: list!.pageSize, ...bounds };
  const { rows } = await client.list({ path, envelope: 'events', query, purpose });
  const events = rows
    .map((row) => parseRow(row, list!, purpose))
    .map(({ id, cursor }) => ({ id, at: cursor }));
  const isFalling = events.every(({ at }, index) => index === 0 || at <= events[index - 1]!.at);
  return events.filter(({ at }) => at <= to && (isFalling || at > to - week));
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

/**
 * The latest two events of different seconds, the earlier one first: what begins at the latest event and comes down to
 * one before it shows by itself that nothing was left out.
 */
function latestOf<Event extends Pick<LogEvent, 'id' | 'at'>>(events: readonly Event[]): Event[] {
  const falling = [...events].sort((one, two) => two.at - one.at);
  const latest = falling[0];
  const earlier = falling.find(({ at }) => at < latest!.at);
  return [earlier, latest].filter((event) => event !== undefined);
}

function formatKnown(events: readonly Pick<LogEvent, 'id' | 'at'>[]): string {
  return events.map(({ at, id }) => `${at}:${id}`).join(' ');
}

function parseKnown(text: string): Pick<LogEvent, 'id' | 'at'>[] {
  return [...text.matchAll(/(\d+):(\S+)/g)].map(([, at, id]) => ({ at: Number(at), id: id! }));
}
