import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { SyncEvent } from '../sync/event.ts';
import { drawProgress } from './drawn-progress.ts';
import { countsOf, endOf, percentOf, timeLeftOf } from './situation.ts';
import type { StreamTally, Tally } from './tally.ts';
import { logLine, type Terminal } from './terminal.ts';

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
  stderr: Omit<Terminal, 'stampLines'>;
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
/** A wait that is shorter is not worth a line. */
const worthTelling = 2_000;

function printProgress({ stderr, clock, tally, debug }: ProgressOptions): Progress {
  const spokeAt = new Map<string, number>();
  const say = (name: string, stream: Readonly<StreamTally>) => {
    const now = clock.now();
    stderr.write(`${name}: ${[...countsOf(stream), situationOf(stream, now)].join(', ')}\n`);
    spokeAt.set(name, now);
  };
  return {
    observe(event) {
      if (event.type === 'waiting') {
        const wait = event.until - clock.now();
        if (wait >= worthTelling)
          stderr.write(`waiting ${Math.ceil(wait / 1000)} s for Kommo's rate limit\n`);
        return;
      }
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

function situationOf(stream: Readonly<StreamTally>, now: number): string {
  const end = endOf(stream, now);
  if (end !== undefined) return end;
  const percent = percentOf(stream);
  if (percent === undefined) return 'reading';
  return [percent, ...timeLeftOf(stream, now)].join(', ');
}
