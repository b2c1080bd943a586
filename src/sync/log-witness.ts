import { NotAvailableError } from '../errors.ts';
import { concernsAll } from './concerns-all.ts';
import type { ReadingPeriod } from './coverage.ts';
import type { Delivery } from './delivery.ts';
import type { CountingClient } from './in-flight.ts';
import { type LogRead, readLog } from './log-reading.ts';
import { rowsById } from './rows-by-id.ts';
import type { RunOptions } from './run.ts';
import type { StreamReading } from './stream-reading.ts';
import { Testimony } from './testimony.ts';

export interface WitnessOptions
  extends Pick<RunOptions, 'clock' | 'log' | 'walkOf' | 'witness' | 'recordLimit'> {
  client: CountingClient;
  delivery: Delivery;
  period: ReadingPeriod;
}

/**
 * The event log as a second witness of what has changed. When the lists of the streams are read, it is asked, once for
 * all of them, which records were linked, tagged, merged or restored; those that did not come by themselves are asked
 * for by id.
 */
export class LogWitness {
  readonly #streams: readonly StreamReading[];
  readonly #options: WitnessOptions;
  #hasLooked = false;

  constructor(streams: readonly StreamReading[], options: WitnessOptions) {
    this.#options = options;
    const isWanted = options.witness !== false && options.recordLimit === undefined;
    for (const stream of streams) {
      const { planned } = stream;
      if (planned.stream.loggedAs !== undefined)
        stream.testimony = new Testimony(planned, options.period.closed, isWanted);
    }
    this.#streams = streams.filter(({ testimony }) => testimony?.isAwaited);
  }

  /** All that it may complete is read, and nobody has asked it yet. */
  get isDue(): boolean {
    return !this.#hasLooked && this.#streams.length > 0 && this.#streams.every((stream) => stream.isListed);
  }

  /** Asks it. Rejects only with what ends the whole run. */
  async look(stopped: () => boolean): Promise<void> {
    this.#hasLooked = true;
    const streams = this.#streams.filter(({ error }) => error === undefined);
    for (const stream of this.#streams) if (stream.error !== undefined) stream.testimony!.end();
    const read = streams.length === 0 ? undefined : await this.#read(streams, stopped);
    for (const stream of streams) {
      if (stopped()) return;
      if (read?.reached !== undefined) await this.#act(stream, read, stopped).catch(this.#failing([stream]));
    }
    if (!stopped()) await this.#options.delivery.finishEnded();
  }

  /** Ends what the log has to tell of these streams with an error, unless it ends the whole run. */
  #failing(streams: readonly StreamReading[]): (error: unknown) => undefined {
    return (error) => {
      if (concernsAll(error) || this.#options.delivery.broken !== undefined) throw error;
      for (const { testimony } of streams) testimony!.end(error);
    };
  }

  /** The log since the earliest second that any of the streams has not heard of; undefined where it cannot be read. */
  async #read(streams: readonly StreamReading[], stopped: () => boolean): Promise<LogRead | undefined> {
    const states = streams.map(({ testimony }) => testimony!.state);
    const earliest = states.reduce((one, two) => (two.through < one.through ? two : one));
    return await readLog(earliest, { ...this.#options, stopped }).catch((error: unknown) => {
      if (!(error instanceof NotAvailableError)) return this.#failing(streams)(error);
      for (const { testimony } of streams) testimony!.end();
      this.#options.log(
        'warn',
        `the log of events is refused (${error.status}: it needs ${error.needs}); changes of links and tags that leave updated_at alone are not seen`,
      );
      return undefined;
    });
  }

  async #act(stream: StreamReading, { events, reached }: LogRead, stopped: () => boolean): Promise<void> {
    const { client, delivery, period } = this.#options;
    const { lookbackSeconds, closed } = period;
    const testimony = stream.testimony!;
    const { loggedAs } = stream.planned.stream;
    const ids = testimony.unseen(testimony.newOf(events, lookbackSeconds), loggedAs!);
    const [part] = stream.parts;
    const { list } = part!;
    const { from } = part!.state(0);
    for await (const { rows, gone } of rowsById(client, list, ids, stream.name)) {
      if (stopped()) return;
      // What was changed since comes by itself in the next run; what lies before the start was never asked for.
      await delivery.deliverFound(
        stream,
        rows.filter(({ cursor }) => cursor >= from && cursor <= closed.value),
      );
      if (gone.length > 0) await delivery.miss(stream, gone, closed.value);
    }
    if (!stopped()) testimony.settle(events, reached!, lookbackSeconds);
  }
}
