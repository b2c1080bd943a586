import { expect, test } from 'vitest';
import { InterruptedError } from '../../src/errors.ts';
import { openProgress } from '../../src/sink/progress.ts';
import { openTally } from '../../src/sink/tally.ts';
import type { SyncEvent } from '../../src/sync/event.ts';

type Screen = { isTerminal: boolean; columns?: number; rows?: number };

function watch(terminal: Screen, environment: Record<string, string | undefined> = {}) {
  let now = 0;
  const written: string[] = [];
  let wake = () => {};
  /** Sleeps end when the time is moved on. */
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const until = now + milliseconds;
      wake = () => now >= until && resolve();
      signal?.addEventListener('abort', () => resolve());
    });
  const clock = { now: () => now, sleep };
  const tally = openTally(clock);
  const stderr = { columns: 80, rows: 24, ...terminal, write: (text: string) => void written.push(text) };
  const progress = openProgress({ stderr, clock, tally, environment, debug: false });
  return {
    progress,
    written,
    at(milliseconds: number, event: SyncEvent) {
      now = milliseconds;
      tally.observe(event);
      progress.observe(event);
    },
    /** Time goes by without an event. */
    async until(milliseconds: number) {
      now = milliseconds;
      wake();
      await new Promise((resolve) => setImmediate(resolve));
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
    'leads  1,250 rows  5 requests  ██████░░░░░░ 50 %',
    'users      0 rows  0 requests  ░░░░███░░░░░',
  ]);
  at(2_000, { type: 'waiting', streams: ['leads', 'users'], until: 4_500 });
  expect(screen()[0]).toMatch(/waiting 3 s$/);
  at(10_000, finished('leads', 2_000, 8));
  at(10_001, finished('users', 3, 1, new Error('no right')));
  progress.stop();
  progress.stop();
  expect(screen()).toEqual([
    'leads  2,000 rows  8 requests  complete in 10.0 s',
    'users      3 rows   1 request  failed',
  ]);
});

test('waiting counts down and bars move while nothing is heard, until the end', async () => {
  const { at, until, screen, progress, written } = watch({ isTerminal: true });
  at(0, started('users'));
  const first = screen();
  await until(500);
  expect(screen()).not.toEqual(first);
  at(1_000, { type: 'waiting', streams: ['users'], until: 31_000 });
  const shown: string[] = [];
  for (let now = 1_000; now <= 30_000; now += 1_000) {
    await until(now);
    shown.push(screen()[0]!.match(/waiting (\d+) s$/)![1]!);
  }
  expect(shown).toEqual(Array.from({ length: 30 }, (_, second) => `${30 - second}`));
  progress.stop();
  const count = written.length;
  await until(60_000);
  expect(written.length).toBe(count);
});

test('what somebody stopped has not failed', () => {
  const { at, screen, progress } = watch({ isTerminal: true });
  at(0, started('leads'));
  at(1_000, finished('leads', 250, 1, new InterruptedError('Stopped by SIGINT.')));
  progress.stop();
  expect(screen()).toEqual(['leads  250 rows  1 request  stopped']);
});

test('a long list has an estimate of the time left, which counts from where this run began', () => {
  const { at, screen } = watch({ isTerminal: true });
  at(0, started('leads'));
  const situation = (now: number, fraction: number) => {
    at(now, progressed('leads', 100, 1, fraction));
    return screen()[0]!.split(' %')[1];
  };
  expect(situation(1_000, 0.5)).toBe('');
  expect(situation(11_000, 0.505)).toBe('');
  // A tenth in a hundred seconds: four more tenths take four hundred.
  expect(situation(101_000, 0.6)).toBe(', 7 min left');
  expect(situation(401_000, 0.9)).toBe(', 2 min left');
  expect(situation(481_000, 0.98)).toBe(', 20 s left');
  expect(situation(40_000_001, 0.99)).toBe(', 14 min left');
});

test('more streams than a terminal has rows: those that go on are shown', () => {
  const { at, screen, progress } = watch({ isTerminal: true, rows: 6 });
  const names = Array.from({ length: 12 }, (_, index) => `stream${index}`);
  names.forEach((name, index) => void at(index * 200, started(name)));
  expect(screen()).toHaveLength(5);
  expect(screen().at(-1)).toBe('… and 8 in progress');
  for (const name of names.slice(0, 9)) at(10_000, finished(name, 1, 1));
  at(11_000, progressed('stream11', 1, 1));
  const streams = screen().map((line) => line.split(' ')[0]);
  expect(streams).toEqual(['stream8', 'stream9', 'stream10', 'stream11', '…']);
  expect(screen().at(-1)).toBe('… and 8 done');
  progress.stop();
  expect(screen().map((line) => line.split(' ')[0])).toEqual(names);
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
  at(25_000, { type: 'waiting', streams: ['leads'], until: 65_000 });
  at(26_000, finished('leads', 26, 2));
  progress.log('info', 'note');
  progress.stop();
  expect(written).toEqual([
    'leads: 10 rows, 1 request, 25 %\n',
    'leads: 20 rows, 1 request, 25 %\n',
    "waiting 40 s for Kommo's rate limit\n",
    'leads: 26 rows, 2 requests, complete in 26.0 s\n',
    'note\n',
  ]);
});
