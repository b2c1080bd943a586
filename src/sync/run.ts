import pLimit from 'p-limit';
import type { Account, KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import { InterruptedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { ClosedSecond } from './closed-second.ts';
import { Delivery } from './delivery.ts';
import type { Emit, PlannedStream } from './event.ts';
import { countInFlight } from './in-flight.ts';
import { withNamedKinds } from './kinds-catalog.ts';
import { LogWitness } from './log-witness.ts';
import { createReader } from './reader.ts';
import { type WalkOf, walkOf } from './strategy.ts';
import { StreamReading } from './stream-reading.ts';
import { Work } from './work.ts';

export interface RunOptions {
  client: KommoClient;
  plan: readonly PlannedStream[];
  /** Unix seconds; undefined reads everything. Bounds the streams that have a cursor. */
  startDate: number | undefined;
  lookbackSeconds: number;
  /** Whether the event log is asked for what cursors do not tell; it is when absent. */
  witness?: boolean | undefined;
  emit: Emit;
  clock: Clock;
  log: Log;
  /** Aborts between pages: the last safe checkpoints are emitted, then the run ends. */
  signal: AbortSignal;
  /** Ends each stream after about so many records, without a checkpoint: a look at the data. */
  recordLimit?: number | undefined;
  /** How lists are read; the walks of `strategy.ts` when absent. */
  walkOf?: WalkOf;
}

/** So often a strange clock is asked for. */
const clockLooks = 6;

/** What could not be read in full, by stream; empty when the run is complete. */
export type Failures = Map<string, unknown>;

/**
 * Reads every planned stream and tells `emit` what it found. A stream that fails leaves the others alone, unless
 * the account as a whole refuses. Rejects when the account cannot be asked at all, and when `emit` does.
 */
export async function run(options: RunOptions): Promise<Failures> {
  const { client, clock, signal } = options;
  const { account, closed } = await readAccount(client, clock);
  const origin = account.createdAt ?? 0;
  const period = { startDate: options.startDate, lookbackSeconds: options.lookbackSeconds, closed };
  let underWay = 0;
  const log = sayingOnce(options.log);
  const isLook = options.recordLimit !== undefined;
  const plan = isLook
    ? options.plan
    : await Promise.all(options.plan.map((planned) => withNamedKinds(planned, client, closed.value)));
  const streams = plan.map((planned) => new StreamReading(planned, log));
  const counting = countInFlight(client, () => underWay);
  const work = new Work(streams, { client: counting, period, clock, origin, log });
  noteStates(plan, closed, log);
  noteFilters(account, log);
  noteStartDate(options.startDate, log);
  const delivery = new Delivery({ ...options, log }, streams);
  const witness = new LogWitness(streams, { ...options, client: counting, delivery, period, log });
  client.onWaiting((until) => delivery.waiting(until));
  await delivery.finishEnded();

  let fatal: unknown;
  const stopped = () => fatal !== undefined || signal.aborted;
  const reader = createReader({ client, delivery, closed, clock, stopped, walkOf: options.walkOf ?? walkOf });
  const limit = pLimit(1);
  const failed = (error: unknown) => {
    fatal ??= error;
  };
  await new Promise<void>((resolve) => {
    /** Keeps as many readers at work as it takes to use the permitted rate. */
    const begin = () => {
      limit.concurrency = Math.max(1, client.usefulConcurrency());
      while (underWay < limit.concurrency && !stopped()) {
        const task = work.next();
        if (task === undefined) break;
        task.job.started = true;
        if (task.range !== undefined) task.job.ranges.busy.add(task.range);
        underWay += 1;
        limit(() => reader.work(task))
          .catch(failed)
          .finally(() => {
            underWay -= 1;
            pump();
          });
      }
      if (witness.isDue && !stopped()) {
        underWay += 1;
        witness
          .look(stopped)
          .catch(failed)
          .finally(() => {
            underWay -= 1;
            pump();
          });
      }
    };
    const pump = () => {
      try {
        begin();
      } catch (error) {
        fatal ??= error;
      }
      if (underWay === 0) resolve();
    };
    pump();
  });

  const reason = fatal ?? new InterruptedError('stopped before the end');
  await delivery.abort(reason);
  if (delivery.broken !== undefined) throw delivery.broken;
  return delivery.failures;
}

/**
 * The account, and the last second that is over for it. A clock that is more than a minute off may be that of one
 * server among several: it is asked for again, and believed when all say the like.
 */
async function readAccount(
  client: KommoClient,
  clock: Clock,
): Promise<{ account: Account; closed: ClosedSecond }> {
  const account = await client.account(['is_api_filter_enabled']);
  const told = [account.servedAt];
  let closed = new ClosedSecond(told, clock);
  while (closed.isOdd(told.at(-1)) && told.length < clockLooks) {
    told.push((await client.account([])).servedAt);
    closed = new ClosedSecond(closed.isOdd(told.at(-1)) ? told : [told.at(-1)], clock);
  }
  return { account, closed };
}

/** A state from the future means that nothing is read until then. */
function noteStates(plan: readonly PlannedStream[], closed: ClosedSecond, log: Log): void {
  for (const { stream, state } of plan) {
    if (stream.cursor === undefined || state === undefined || state.through <= closed.value + 3600) continue;
    const until = new Date(state.through * 1000).toISOString();
    log(
      'warn',
      `${stream.name}: the state says that all is read up to ${until}, which is in the future; changes before then are not read`,
    );
  }
}

/** What holds of one list of a kind often holds of all of them, and is said once. */
function sayingOnce(log: Log): Log {
  const said = new Set<string>();
  return (level, message) => {
    if (level !== 'debug' && said.has(message)) return;
    if (level !== 'debug') said.add(message);
    log(level, message);
  };
}

function noteStartDate(startDate: number | undefined, log: Log): void {
  if (startDate === undefined) return;
  log(
    'info',
    `reading only what has changed since the start_date ${new Date(startDate * 1000).toISOString()}`,
  );
}

function noteFilters(account: Account, log: Log): void {
  if (account.filtersEnabled !== false) return;
  log(
    'warn',
    'Kommo says that filters are not enabled for this account (is_api_filter_enabled); if it ignores them, whole lists are read at every run',
  );
}
