import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import { NotAvailableError, UnexpectedAnswerError } from '../errors.ts';
import type { ClosedSecond } from './closed-second.ts';
import { concernsAll } from './concerns-all.ts';
import type { Delivery } from './delivery.ts';
import { isGone } from './gone.ts';
import type { Job } from './job.ts';
import type { Row } from './row.ts';
import type { WalkOf } from './strategy.ts';
import { openEnd } from './walk/open-end.ts';
import { type Range, rangeOf } from './walk/walk.ts';
import type { Task } from './work.ts';

/** A walk finds out how to go on within fewer steps, and knows no more after further ones. */
const patience = 200;

/** Stands for the open end among the ranges that somebody is reading. */
const theOpenEnd = rangeOf({ from: 0, to: 0 });

export interface Reader {
  /** Does one task. Rejects only with what ends the whole run. */
  work(task: Task): Promise<void>;
}

export interface ReaderOptions {
  client: KommoClient;
  delivery: Delivery;
  /** The last second that the ranges reach up to. */
  closed: ClosedSecond;
  clock: Clock;
  stopped: () => boolean;
  walkOf: WalkOf;
}

/** Reads step by step and hands over what it finds. */
export function createReader({ client, delivery, closed, clock, stopped, walkOf }: ReaderOptions): Reader {
  const step = async (job: Job, range: Range): Promise<void> => {
    const { layout, strategy } = job;
    job.listing.intended = job.ranges.intendedWindow();
    const steps = walkOf(strategy)(job.listing, range);
    let rows = 0;
    let first = Number.POSITIVE_INFINITY;
    for (;;) {
      const { done, value } = await steps.next().catch((error: unknown) => {
        job.detour(error, strategy);
        return { done: true as const, value: undefined };
      });
      if (stopped() || job.finished || job.layout !== layout) return;
      if (done) {
        job.ranges.advance(range, value ?? range.from - 1, rows, first);
        if (range.barren >= patience) throw contradictory(job, range);
        return;
      }
      job.tell();
      for (const row of value) first = Math.min(first, row.cursor);
      rows += value.length;
      job.rows += value.length;
      await delivery.deliver(job, upTo(closed.value, job, value));
      if (delivery.isEnough(job)) {
        job.ranges.replace([]);
        return;
      }
      await delivery.checkpointWhenDue(job);
    }
  };

  const end = async (job: Job): Promise<void> => {
    if (job.needsOpenEnd && !delivery.isEnough(job)) {
      job.ranges.busy.add(theOpenEnd);
      try {
        for await (const rows of openEnd(job.listing, closed.value, clock, walkOf(job.strategy))) {
          if (stopped()) return;
          await delivery.deliver(job, rows);
        }
      } catch (error) {
        job.detour(error, job.strategy);
        if (job.ranges.left.length === 0) return await end(job);
        return;
      } finally {
        job.ranges.busy.delete(theOpenEnd);
      }
    }
    await delivery.finish(job, undefined);
  };

  return {
    async work({ job, range, begins }) {
      try {
        if (begins) await delivery.start(job);
        if (range !== undefined) {
          await step(job, range).finally(() => job.ranges.busy.delete(range));
          await delivery.checkpointWhenDue(job);
        }
        if (!stopped() && !job.finished && job.ranges.left.length === 0 && job.ranges.busy.size === 0)
          await end(job);
      } catch (error) {
        const reason = await verdict(client, job, error);
        if (concernsAll(reason) || delivery.broken !== undefined) throw reason;
        await delivery.finish(job, reason);
      }
    },
  };
}

function contradictory({ name }: Job, { from }: Range): UnexpectedAnswerError {
  const since = new Date(from * 1000).toISOString();
  return new UnexpectedAnswerError(
    `${name}: Kommo's answers contradict one another, so the records from ${since} on cannot be read`,
  );
}

/** Without what a log that is not filtered tells of the time since the run began: the next one reads all of it again. */
function upTo(closed: number, { errand: { list } }: Job, rows: Row[]): Row[] {
  return list.immutable && list.cursor !== undefined ? rows.filter(({ cursor }) => cursor <= closed) : rows;
}

/** What an error means for the job: nothing where it is the list of a parent that is no longer there. */
async function verdict(client: KommoClient, { errand }: Job, error: unknown): Promise<unknown> {
  const { member } = errand;
  const isMissing = error instanceof NotAvailableError && error.status === 404;
  if (!isMissing || member === undefined || member.child.ids.length > 1) return error;
  try {
    return (await isGone(client, member.family, member.child.ids[0]!)) ? undefined : error;
  } catch (failure) {
    return failure;
  }
}
