import type { Progress, ProgressOptions } from './progress.ts';
import { countsOf, endOf, percentOf, timeLeftOf } from './situation.ts';
import type { StreamTally } from './tally.ts';
import { logLine } from './terminal.ts';

/** Ten times a second is smooth to the eye and nothing to the processor. */
const drawPause = 100;
/** Bars without a known end move, and waits count down, even while nothing is heard. */
const tickPause = 250;

/** A line a stream, drawn over in place. */
export function drawProgress({ stderr, clock, tally, environment, debug }: ProgressOptions): Progress {
  const paint = environment.NO_COLOR ? (text: string) => text : colored;
  const stopping = new AbortController();
  let ticking = false;
  let drawnLines = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (drawnLines === 0) return '';
    const up = `\x1b[${drawnLines}A`;
    drawnLines = 0;
    return `${up}\x1b[0J`;
  };
  const draw = (choose: (lines: Line[]) => string[]) => {
    const now = clock.now();
    const streams = [...tally.streams];
    const texts = align(
      streams.map(([name, stream]) => [name, ...countsOf(stream), situationOf(stream, now)]),
    );
    const lines = texts.map((text, index) => ({ text, isOver: isOver(streams[index]![1]) }));
    // A terminal that does not know its width says 0.
    const width = (stderr.columns || 80) - 1;
    const shown = choose(lines).map((line) => `${paint(line.slice(0, width))}\n`);
    stderr.write(clear() + shown.join(''));
    drawnLines = shown.length;
    drawnAt = now;
  };
  const drawScreen = () => draw((lines) => fitted(lines, (stderr.rows || 24) - 1));
  const tick = async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(tickPause, stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) drawScreen();
    }
  };
  return {
    observe(event) {
      if (event.type === 'records' || event.type === 'checkpoint' || stopping.signal.aborted) return;
      if (clock.now() - drawnAt >= drawPause) drawScreen();
      if (!ticking) void tick();
      ticking = true;
    },
    log: (level, message) => {
      if (!debug && level === 'debug') return;
      const isOver = stopping.signal.aborted;
      stderr.write((isOver ? '' : clear()) + logLine(level, message));
      if (!isOver) drawScreen();
    },
    stop() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      // Nothing is drawn over this any more: it may be longer than the screen.
      draw((lines) => lines.map(({ text }) => text));
    },
  };
}

/** Nobody waits for it any more, and nobody has to do anything about it. */
const isOver = ({ ending }: Readonly<StreamTally>) => ending === 'complete' || ending === 'unavailable';

interface Line {
  text: string;
  /** Where room is short, it goes first. */
  isOver: boolean;
}

/** As many lines as fit: what has scrolled off a terminal cannot be drawn over. */
function fitted(lines: readonly Line[], height: number): string[] {
  if (lines.length <= height) return lines.map(({ text }) => text);
  const room = Math.max(0, height - 1);
  const over = lines.filter(({ isOver }) => isOver);
  const leaves = over.slice(0, Math.max(0, lines.length - room));
  const shown = lines.filter((line) => !leaves.includes(line)).slice(0, room);
  const hidden = lines.filter((line) => !shown.includes(line));
  const complete = hidden.filter(({ isOver }) => isOver).length;
  const rest = [
    ...(complete > 0 ? [`${complete} done`] : []),
    ...(hidden.length > complete ? [`${hidden.length - complete} in progress`] : []),
  ];
  return [...shown.map(({ text }) => text), `… and ${rest.join(', ')}`];
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
  const end = endOf(stream, now);
  if (end !== undefined) return end;
  if (stream.waitingUntil > now) return `waiting ${Math.ceil((stream.waitingUntil - now) / 1000)} s`;
  const percent = percentOf(stream);
  if (percent === undefined) return movingBar(now);
  const full = Math.round(stream.fraction! * barLength);
  const bar = '█'.repeat(full) + '░'.repeat(barLength - full);
  return [`${bar} ${percent}`, ...timeLeftOf(stream, now)].join(', ');
}

const barLength = 12;
const blockLength = 3;

/** For a list that does not say how far it is: a block that goes to and fro. */
function movingBar(now: number): string {
  const way = barLength - blockLength;
  const step = Math.floor(now / tickPause) % (2 * way);
  const before = step <= way ? step : 2 * way - step;
  return '░'.repeat(before) + '█'.repeat(blockLength) + '░'.repeat(way - before);
}

function colored(line: string): string {
  return line
    .replace(/failed$/, '\x1b[31m$&\x1b[0m')
    .replace(/complete in .*$/, '\x1b[32m$&\x1b[0m')
    .replace(/(waiting .*|stopped)$/, '\x1b[33m$&\x1b[0m');
}
