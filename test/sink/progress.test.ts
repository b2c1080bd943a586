import { expect, test } from 'vitest';
import { openProgress } from '../../src/sink/progress.ts';
import { openTally } from '../../src/sink/tally.ts';
import type { SyncEvent } from '../../src/sync/event.ts';

function watch(
  terminal: { isTerminal: boolean; columns?: number },
  environment: Record<string, string | undefined> = {},
) {
  let now = 0;
  const written: string[] = [];
  const clock = { now: () => now, sleep: async () => {} };
  const tally = openTally(clock);
  const stderr = { columns: 80, ...terminal, write: (text: string) => void written.push(text) };
  const progress = openProgress({ stderr, clock, tally, environment, debug: false });
  return {
    progress,
    written,
    at(milliseconds: number, event: SyncEvent) {
      now = milliseconds;
      tally.observe(event);
      progress.observe(event);
    },
    /** What a terminal shows after all that was written, attributes left out. */
    screen: () => render(written.join('')),
  };
}

function render(text: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  for (const [part, sequence] of text.matchAll(/(\x1b\[\d*[AJ])|\x1b\[\d*m|\n|[^\x1b\n]+/g)) {
    if (sequence?.endsWith('A')) row -= Number.parseInt(sequence.slice(2), 10);
    else if (sequence?.endsWith('J')) lines.splice(row, lines.length, '');
    else if (part === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (!part.startsWith('\x1b')) lines[row] += part;
  }
  return lines.filter((line) => line !== '');
}

const started = (stream: string) => ({ type: 'started', stream }) as const;
const progressed = (stream: string, records: number, requests: number, fraction?: number) =>
  ({ type: 'progress', stream, records, requests, fraction }) as const;
const finished = (stream: string, records: number, requests: number, error?: Error) =>
  ({ type: 'finished', stream, records, requests, ...(error && { error }) }) as const;

test('a terminal shows one line a stream, drawn over in place', () => {
  const { at, screen, progress } = watch({ isTerminal: true });
  at(0, started('leads'));
  at(200, started('users'));
  at(1_000, progressed('leads', 1_250, 5, 0.5));
  expect(screen()).toEqual([
    'leads  1,250 rows  5 requests  1,250 rows/s  ██████░░░░░░ 50 %',
    'users      0 rows  0 requests      0 rows/s  reading',
  ]);
  at(2_000, { type: 'waiting', streams: ['leads', 'users'], until: 4_500 });
  expect(screen()[0]).toMatch(/waiting 3 s$/);
  at(10_000, finished('leads', 2_000, 8));
  at(10_001, finished('users', 3, 1, new Error('no right')));
  progress.stop();
  progress.stop();
  expect(screen()).toEqual([
    'leads  2,000 rows  8 requests  200 rows/s  done in 10.0 s',
    'users      3 rows   1 request    0 rows/s  failed',
  ]);
});

test('a terminal is not drawn more than ten times a second', () => {
  const { at, written } = watch({ isTerminal: true });
  at(0, started('leads'));
  for (let now = 1; now < 1_000; now++) at(now, progressed('leads', now, 1));
  expect(written.length).toBeLessThanOrEqual(10);
});

test('log lines stay above what is drawn, and lines are cut to the width', () => {
  const { at, screen, progress } = watch({ isTerminal: true, columns: 21 });
  at(0, started('leads'));
  at(200, progressed('leads', 5, 1));
  progress.log('warn', 'something odd');
  progress.log('debug', 'GET /api/v4/leads');
  at(400, progressed('leads', 9, 2));
  expect(screen()).toEqual(['warn: something odd', 'leads  9 rows  2 req']);
});

test('colours come on a terminal unless NO_COLOR is set', () => {
  const colors = (environment: Record<string, string>) => {
    const { at, written, progress } = watch({ isTerminal: true }, environment);
    at(0, started('leads'));
    at(9, finished('leads', 1, 1));
    progress.stop();
    return written.join('').includes('\x1b[32m');
  };
  expect([colors({}), colors({ NO_COLOR: '1' })]).toEqual([true, false]);
});

test.each([
  { terminal: { isTerminal: false }, environment: {} },
  { terminal: { isTerminal: true }, environment: { TERM: 'dumb' } },
])('without a terminal there is a plain line now and then: $environment', ({ terminal, environment }) => {
  const { at, written, progress } = watch(terminal, environment);
  at(0, started('leads'));
  for (let second = 1; second <= 25; second++) at(second * 1_000, progressed('leads', second, 1, 0.25));
  at(26_000, finished('leads', 26, 2));
  progress.log('info', 'note');
  progress.stop();
  expect(written).toEqual([
    'leads: 10 rows, 1 request, 1 rows/s, ███░░░░░░░░░ 25 %\n',
    'leads: 20 rows, 1 request, 1 rows/s, ███░░░░░░░░░ 25 %\n',
    'leads: 26 rows, 2 requests, 1 rows/s, done in 26.0 s\n',
    'note\n',
  ]);
});
