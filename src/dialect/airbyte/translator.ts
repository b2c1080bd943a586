import type { Clock } from '../../clock.ts';
import { failureKind } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { PlannedStream, SyncEvent } from '../../sync/event.ts';
import type { Failures } from '../../sync/run.ts';
import { describeFailure } from './failure.ts';
import { errorLine, stateLine, statusLine } from './messages.ts';
import type { StreamStatus } from './protocol.ts';
import { recordLine } from './record.ts';

/** Where the lines go: `writeText` is for prose, from which secrets are taken out. */
export interface Lines {
  write(line: string): Promise<void>;
  writeText(line: string): Promise<void>;
  flush(): Promise<void>;
}

interface Progress {
  running: boolean;
  /** Records since the last STATE, which has to tell their number. */
  uncounted: number;
  hasState: boolean;
}

/** Tells the events of a run as Airbyte messages (airbyte.md §1). */
export class Translator {
  readonly #lines: Lines;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #states: ReadonlyMap<string, Record<string, unknown>>;
  readonly #progress = new Map<string, Progress>();
  /** Failures that no other try will fix. */
  readonly #toFix = new Map<string, unknown>();

  constructor(lines: Lines, clock: Clock, log: Log, plan: readonly PlannedStream[]) {
    this.#lines = lines;
    this.#clock = clock;
    this.#log = log;
    this.#states = new Map(plan.map(({ stream, state }) => [stream.name, state ?? noCursor]));
  }

  /** Resolves when the lines of `event` were handed on: the engine's back-pressure. */
  emit = async (event: SyncEvent): Promise<void> => {
    switch (event.type) {
      case 'started':
        this.#progress.set(event.stream, { running: false, uncounted: 0, hasState: false });
        await this.#status(event.stream, 'STARTED');
        break;
      case 'records':
        await this.#records(event);
        break;
      case 'checkpoint':
        await this.#state(event.stream, event.state);
        break;
      case 'waiting':
        for (const stream of event.streams) {
          if (this.#progress.has(stream)) await this.#status(stream, 'RUNNING', event.until);
        }
        break;
      case 'finished':
        await this.#finished(event);
        break;
    }
    await this.#lines.flush();
  };

  /**
   * Reports what the user has to fix, the streams that were never started among it, and sums up what failed. It
   * comes last: the platform decides by the first error whether another try makes sense (airbyte.md §2.7).
   */
  async conclude(notStarted: Failures, failed: Failures): Promise<void> {
    for (const [stream, error] of this.#toFix) await this.#error(error, stream);
    for (const [stream, error] of notStarted) {
      await this.#status(stream, 'INCOMPLETE');
      await this.#error(error, stream);
    }
    const failures = new Map([...failed, ...notStarted]);
    if (failures.size === 0) return;
    const message = `These streams were not read in full: ${[...failures.keys()].join(', ')}.`;
    const kinds = [...failures.values()].map(failureKind);
    const failure_type = kinds.find((kind) => kind !== 'config_error') ?? 'config_error';
    await this.#lines.writeText(errorLine({ message, failure_type }, this.#clock.now()));
    await this.#lines.flush();
  }

  async #records(event: Extract<SyncEvent, { type: 'records' }>): Promise<void> {
    const progress = this.#of(event.stream);
    if (!progress.running && event.records.length > 0) {
      progress.running = true;
      await this.#status(event.stream, 'RUNNING');
    }
    for (const record of event.records) {
      progress.uncounted += 1;
      await this.#lines.write(recordLine(event.stream, record, event.readAt));
    }
  }

  async #state(stream: string, state: Record<string, unknown>): Promise<void> {
    const progress = this.#of(stream);
    const count = progress.uncounted;
    progress.uncounted = 0;
    progress.hasState = true;
    await this.#lines.write(stateLine(stream, state, count));
  }

  async #finished(event: Extract<SyncEvent, { type: 'finished' }>): Promise<void> {
    const { stream, records, error, unavailable } = event;
    if (unavailable !== undefined) {
      // Why is in the log. What was not read has no STATE, and is not COMPLETE.
      await this.#status(stream, 'INCOMPLETE');
    } else if (error === undefined) {
      // A stream without a STATE counts as not read, also where it had nothing to say (airbyte.md §1.3).
      if (!this.#of(stream).hasState) await this.#state(stream, this.#states.get(stream) ?? noCursor);
      this.#log('info', `Read ${records} records from ${stream} stream`);
      await this.#status(stream, 'COMPLETE');
    } else {
      this.#log('info', `Read ${records} records from ${stream} stream before it failed`);
      await this.#status(stream, 'INCOMPLETE');
      if (failureKind(error) === 'config_error') this.#toFix.set(stream, error);
      else await this.#error(error, stream);
    }
    this.#progress.delete(stream);
  }

  async #status(stream: string, status: StreamStatus, quotaReset?: number): Promise<void> {
    const shown = status === 'COMPLETE' || status === 'INCOMPLETE' ? 'STOPPED' : status;
    if (quotaReset === undefined) this.#log('info', `Marking stream ${stream} as ${shown}`);
    await this.#lines.write(statusLine(stream, status, this.#clock.now(), quotaReset));
  }

  async #error(error: unknown, stream: string): Promise<void> {
    await this.#lines.writeText(errorLine(describeFailure(error, stream), this.#clock.now()));
  }

  #of(stream: string): Progress {
    const progress = this.#progress.get(stream);
    if (progress === undefined) throw new Error(`an event of ${stream}, which was not started`);
    return progress;
  }
}

/** What stands for a state where a stream has none (airbyte.md §1.3). */
const noCursor = { __ab_no_cursor_state_message: true };
