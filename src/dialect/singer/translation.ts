import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Emit, ShapedRecord, SyncEvent } from '../../sync/event.ts';
import type { Metrics } from './metrics.ts';
import type { TapStream } from './plan.ts';
import type { Bookmarks } from './state.ts';

export interface TranslationOptions {
  streams: readonly TapStream[];
  bookmarks: Bookmarks;
  /** Takes one line or several, joined by line ends. */
  write(lines: string): Promise<void>;
  metrics: Metrics;
  log: Log;
  clock: Clock;
}

/** The events of a run as the lines of a tap. */
export interface Translation {
  /** The state that came in goes out first: a run that fails at once does not lose it. */
  begin(): Promise<void>;
  emit: Emit;
  /** The last line is a STATE: some targets forget every other (singer.md §0.3). */
  end(): Promise<void>;
}

export function translate(options: TranslationOptions): Translation {
  const { bookmarks, write, metrics, log } = options;
  const outputs = new Map(
    options.streams.map((stream) => [stream.planned.stream.name, new StreamOutput(stream)]),
  );
  let lastLine = '';

  async function line(text: string): Promise<void> {
    lastLine = text;
    await write(text);
  }
  async function state(): Promise<void> {
    const text = bookmarks.line();
    if (text !== lastLine) await line(text);
  }

  async function emit(event: SyncEvent): Promise<void> {
    if (event.type === 'waiting') return waiting(event, log, options.clock);
    const output = outputs.get(event.stream)!;
    const { stream } = output.tap.planned;
    metrics.count(event);
    switch (event.type) {
      case 'started':
        log('info', `Starting sync of ${stream.name}.`);
        return line(output.schemaLine());
      case 'records':
        output.reportChanges(event.records, log);
        if (event.records.length > 0) await line(output.recordLines(event.records, event.readAt));
        return;
      case 'checkpoint':
        bookmarks.advance(stream.name, event.state, stream.cursor, output.tap.tableVersion);
        return state();
      case 'finished':
        if (event.error !== undefined || event.unavailable !== undefined) return;
        log('info', `Finished sync of ${stream.name}: ${event.records} records.`);
        // A target drops the rows of other versions: those of parts that could not be read among them.
        if (output.tap.tableVersion !== undefined && event.uncovered === undefined)
          await line(output.activationLine(output.tap.tableVersion));
    }
  }

  return {
    begin: async () => {
      if (!bookmarks.empty) await state();
    },
    emit,
    end: state,
  };
}

class StreamOutput {
  readonly tap: TapStream;
  readonly #name: string;
  readonly #start: string;
  readonly #reported = new Set<string>();

  constructor(tap: TapStream) {
    this.tap = tap;
    this.#name = JSON.stringify(tap.planned.stream.name);
    this.#start = `{"type":"RECORD","stream":${this.#name},"record":`;
  }

  schemaLine(): string {
    const { stream, mode } = this.tap.planned;
    return JSON.stringify({
      type: 'SCHEMA',
      stream: stream.name,
      schema: this.tap.shape.schema,
      key_properties: this.tap.key,
      ...(mode === 'incremental' && stream.cursor !== undefined && { bookmark_properties: [stream.cursor] }),
    });
  }

  recordLines(records: readonly ShapedRecord[], readAt: number): string {
    const version = this.tap.tableVersion === undefined ? '' : `,"version":${this.tap.tableVersion}`;
    const end = `,"time_extracted":"${new Date(readAt).toISOString()}"${version}}`;
    return records.map(({ data }) => this.#start + this.tap.shape.serialize(data) + end).join('\n');
  }

  activationLine(version: number): string {
    return `{"type":"ACTIVATE_VERSION","stream":${this.#name},"version":${version}}`;
  }

  /** Singer has no place for what could not be delivered as promised, so the log says it, once a column. */
  reportChanges(records: readonly ShapedRecord[], log: Log): void {
    for (const { data, changes } of records) {
      for (const { field, change } of changes ?? []) {
        if (this.#reported.has(field)) continue;
        this.#reported.add(field);
        const key = this.tap.planned.stream.key.map((column) => data[column]).join(', ');
        const what = change === 'NULLED' ? 'was replaced by null' : 'was shortened';
        log('warn', `Stream ${this.tap.planned.stream.name}: ${field} ${what}, first in record ${key}.`);
      }
    }
  }
}

function waiting(event: SyncEvent & { type: 'waiting' }, log: Log, clock: Clock): void {
  const seconds = Math.max(0, Math.ceil((event.until - clock.now()) / 1000));
  log('info', `Kommo's rate limit was hit: all requests wait ${seconds} seconds.`);
}
