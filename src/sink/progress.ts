import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { SyncEvent } from '../sync/event.ts';
import { type StreamTally, secondsOf, type Tally } from './tally.ts';
import type { Terminal } from './terminal.ts';

/** What a person sees of a run while it goes on. */
export interface Progress {
  /** To be called after the tally has observed the event. */
  observe(event: SyncEvent): void;
  /** Lines between the progress, never into it. */
  log: Log;
  /** Ends the display; what is on the screen then stays. A second call does nothing. */
  stop(): void;
}

export interface ProgressOptions {
  stderr: Terminal;
  clock: Clock;
  tally: Tally;
  environment: Readonly<Record<string, string | undefined>>;
  /** Shows the finest log entries too. */
  debug: boolean;
}

/** A table that is drawn over in place on a terminal, a plain line now and then where nobody watches. */
export function openProgress(options: ProgressOptions): Progress {
  const { stderr, environment } = options;
  return stderr.isTerminal && environment.TERM !== 'dumb' ? drawProgress(options) : printProgress(options);
}

const linePause = 10_000;

function printProgress({ stderr, clock, tally, debug }: ProgressOptions): Progress {
  const spokeAt = new Map<string, number>();
  const say = (name: string, stream: Readonly<StreamTally>) => {
    stderr.write(`${name}: ${cellsOf(stream, clock.now()).join(', ')}\n`);
    spokeAt.set(name, clock.now());
  };
  return {
    observe(event) {
      if (event.type !== 'progress' && event.type !== 'finished') return;
      const stream = tally.streams.get(event.stream);
      if (stream === undefined) return;
      const last = spokeAt.get(event.stream) ?? stream.startedAt;
      if (event.type === 'finished' || clock.now() - last >= linePause) say(event.stream, stream);
    },
    log: (level, message) => {
      if (debug || level !== 'debug') stderr.write(logLine(level, message));
    },
    stop() {},
  };
}

/** Ten times a second is smooth to the eye and nothing to the processor. */
const drawPause = 100;

function drawProgress({ stderr, clock, tally, environment, debug }: ProgressOptions): Progress {
  const paint = environment.NO_COLOR ? (text: string) => text : colored;
  let drawnLines = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  const clear = () => {
    if (drawnLines === 0) return '';
    const up = `\x1b[${drawnLines}A`;
    drawnLines = 0;
    return `${up}\x1b[0J`;
  };
  const draw = () => {
    const now = clock.now();
    const rows = [...tally.streams].map(([name, stream]) => [name, ...cellsOf(stream, now)]);
    // A terminal that does not know its width says 0.
    const width = (stderr.columns || 80) - 1;
    const text = align(rows).map((line) => `${paint(line.slice(0, width))}\n`);
    stderr.write(clear() + text.join(''));
    drawnLines = text.length;
    drawnAt = now;
  };
  return {
    observe(event) {
      if (event.type === 'records' || event.type === 'checkpoint') return;
      if (clock.now() - drawnAt >= drawPause) draw();
    },
    log: (level, message) => {
      if (!debug && level === 'debug') return;
      stderr.write((stopped ? '' : clear()) + logLine(level, message));
      if (!stopped) draw();
    },
    stop() {
      if (!stopped) draw();
      stopped = true;
    },
  };
}

const barLength = 12;
const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function cellsOf(stream: Readonly<StreamTally>, now: number): string[] {
  const seconds = secondsOf(stream, now);
  const rate = seconds > 0 ? stream.records / seconds : 0;
  return [
    `${wholeNumber.format(stream.records)} rows`,
    `${wholeNumber.format(stream.requests)} ${stream.requests === 1 ? 'request' : 'requests'}`,
    `${wholeNumber.format(rate)} rows/s`,
    situationOf(stream, now),
  ];
}

/** Names to the left, numbers to the right, and the situation, which comes last, as it is. */
function align(rows: readonly string[][]): string[] {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const widths = rows[0]?.map((_, column) => widthOf(column)) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === 0) return cell.padEnd(widths[column]!);
        return column === row.length - 1 ? cell : cell.padStart(widths[column]!);
      })
      .join('  '),
  );
}

function situationOf(stream: Readonly<StreamTally>, now: number): string {
  if (stream.failed) return 'failed';
  if (stream.finishedAt !== undefined) return `done in ${secondsOf(stream, now).toFixed(1)} s`;
  if (stream.waitingUntil > now) return `waiting ${Math.ceil((stream.waitingUntil - now) / 1000)} s`;
  if (stream.fraction === undefined) return 'reading';
  const full = Math.round(stream.fraction * barLength);
  return `${'█'.repeat(full)}${'░'.repeat(barLength - full)} ${Math.floor(stream.fraction * 100)} %`;
}

function colored(line: string): string {
  return line
    .replace(/failed$/, '\x1b[31m$&\x1b[0m')
    .replace(/done in .*$/, '\x1b[32m$&\x1b[0m')
    .replace(/waiting .*$/, '\x1b[33m$&\x1b[0m');
}

function logLine(level: Parameters<Log>[0], message: string): string {
  return level === 'info' ? `${message}\n` : `${level}: ${message}\n`;
}
