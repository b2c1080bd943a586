import { describe, expect, it } from 'vitest';
import { discoverCatalog } from '../../../src/dialect/singer/catalog.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { streams } from '../../../streams/index.ts';
import { startProgram } from '../../cli/program.ts';
import {
  defaultNames,
  delivered,
  type Run,
  simulatedAccount,
  startAccount,
  sync,
  syncFlags,
  truth,
  understood,
} from './tap.ts';

const account = simulatedAccount({ leads: 1200 });

function expectComplete(simulator: Simulator, ...runs: Pick<Run, 'records'>[]): void {
  for (const stream of defaultNames) {
    const records = runs.flatMap((run) => run.records[stream] ?? []);
    expect(delivered(simulator, stream, records), stream).toEqual(truth(simulator, stream));
  }
}

/** What the tap wrote before it was stopped by `stop`, which sees the number of lines so far. */
async function stopped(simulator: Simulator, stop: (lines: number) => NodeJS.Signals | undefined) {
  const child = startProgram('tap-kommo', syncFlags(simulator));
  const closed = new Promise((resolve) => child.on('close', resolve));
  child.stderr.resume();
  let written = '';
  let lines = 0;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    written += chunk;
    lines += chunk.split('\n').length - 1;
    const signal = stop(lines);
    if (signal !== undefined && !child.killed) child.kill(signal);
  }
  await closed;
  return { written, signal: child.signalCode };
}

describe('state (singer.md §7.5)', () => {
  it('lets the next run read what changed, and an idle one say where it is', async () => {
    const simulator = await startAccount({ leads: 200 });
    try {
      const first = await sync(simulator);
      const ids = simulator.account.sample('leads', 3);
      for (const id of ids) simulator.account.edit('leads', id);
      // The second of the edits is over before the second run begins.
      simulator.readings.clockSkew += 5;
      const second = await sync(simulator, { state: first.state });
      expect(second.code).toBe(0);
      expect(second.records.leads?.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(second.records.contacts).toBeUndefined();
      expectComplete(simulator, first, second);
      // What changed within the lookback before the end of a run is read once more by the next, and then no longer.
      simulator.readings.clockSkew += 3600;
      const { state } = await sync(simulator, { state: second.state });
      const third = await sync(simulator, { state });
      expect(third.records.leads).toBeUndefined();
      expect(third.messages[0]).toEqual({ type: 'STATE', value: state });
      expect(third.messages.at(-1)?.type).toBe('STATE');
      expect(third.state.bookmarks.leads!.through).toBeGreaterThan(
        first.state.bookmarks.leads!.through as number,
      );
    } finally {
      await simulator.close();
    }
  });

  it('that a person set back by replication_key_value lets everything after it be read once more', async () => {
    const { simulator } = account;
    const first = await sync(simulator);
    const times = first.records.leads!.map(({ updated_at }) => updated_at as number).sort((a, b) => a - b);
    const middle = times[Math.floor(times.length / 2)]!;
    const { leads } = first.state.bookmarks;
    expect(leads!.replication_key_value).toBe(leads!.through);
    const bookmarks = { ...first.state.bookmarks, leads: { ...leads!, replication_key_value: middle } };
    const second = await sync(simulator, { state: { ...first.state, bookmarks } });
    const again = new Set(second.records.leads!.map(({ id }) => id));
    const later = first.records.leads!.filter(({ updated_at }) => (updated_at as number) > middle);
    expect(later.filter(({ id }) => !again.has(id))).toEqual([]);
    expect(again.size).toBeLessThan(times.length);
    const { through, replication_key_value } = second.state.bookmarks.leads!;
    expect(through).toBeGreaterThanOrEqual(leads!.through as number);
    expect(replication_key_value).toBe(through);
  });

  it('keeps what it does not know', async () => {
    const foreign = { bookmarks: { deals: { replication_key_value: 'x' } }, elsewhere: [1] };
    const run = await sync(account.simulator, { state: foreign });
    expect(run.state).toMatchObject({ elsewhere: [1], bookmarks: { deals: { replication_key_value: 'x' } } });
  });

  it.each([
    ['an empty file', ''],
    ['an empty object', {}],
    ['a whole message', { type: 'STATE', value: { bookmarks: {} } }],
    ['an unreadable bookmark', { bookmarks: { leads: { replication_key_value: 1.5 } } }],
  ])('may be %s', async (_name, state) => {
    const run = await sync(account.simulator, { state });
    expect(run.code).toBe(0);
    expectComplete(account.simulator, run);
  });
});

describe('a run that ends early', () => {
  it.each([1, 40, 700, 2500, 5000])('killed after %i lines, loses nothing', async (limit) => {
    const { written } = await stopped(account.simulator, (lines) => (lines >= limit ? 'SIGKILL' : undefined));
    const whole = understood(written.slice(0, written.lastIndexOf('\n') + 1));
    const resumed = await sync(account.simulator, { state: whole.state });
    expect(resumed.code).toBe(0);
    expectComplete(account.simulator, whole, resumed);
  });

  it('by SIGTERM, ends by the signal after whole lines and a safe state (singer.md §7.7)', async () => {
    const { written, signal } = await stopped(account.simulator, (lines) =>
      lines > 100 ? 'SIGTERM' : undefined,
    );
    expect(signal).toBe('SIGTERM');
    expect(written.endsWith('\n')).toBe(true);
    const cut = understood(written);
    expect(cut.messages.at(-1)?.type).toBe('STATE');
    const resumed = await sync(account.simulator, { state: cut.state });
    expectComplete(account.simulator, cut, resumed);
  });

  it('because its reader went away, fails with one line (singer.md §7.6)', async () => {
    const child = startProgram('tap-kommo', syncFlags(account.simulator));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => !/^INFO |^WARNING |^$/.test(line))).toEqual([
      expect.stringMatching(/^CRITICAL .*reader/),
    ]);
  });

  it.each([
    { why: 'that a catalog asks for', catalog: discoverCatalog(streams), code: 1, said: /^CRITICAL .*tasks/ },
    { why: 'that nobody asked for by name', catalog: undefined, code: 0, said: /^WARNING tasks: left out/m },
  ])('because a stream $why cannot be read, delivers the others, and says so (P4)', async (expected) => {
    const { catalog, code, said } = expected;
    const simulator = await startAccount({ leads: 50 });
    try {
      simulator.faults.addNamed('forbidden', { list: 'tasks' });
      const run = await sync(simulator, { catalog });
      expect(run.code).toBe(code);
      expect(code === 0 ? run.stderr : run.stderr.trimEnd().split('\n').at(-1)).toMatch(said);
      expect(run.messages.at(-1)?.type).toBe('STATE');
      expect(run.state.bookmarks.tasks).toBeUndefined();
      for (const stream of defaultNames.filter((name) => name !== 'tasks')) {
        expect(delivered(simulator, stream, run.records[stream])).toEqual(truth(simulator, stream));
      }
      simulator.faults.clear();
      expectComplete(simulator, run, await sync(simulator, { catalog, state: run.state }));
    } finally {
      await simulator.close();
    }
  });
});

it('text that breaks targets comes out as text that does not (singer.md §7.12)', async () => {
  const simulator = await startAccount({ leads: 3 });
  try {
    const names = {
      nul: 'a\u0000b',
      surrogate: 'a\ud800b',
      separators: 'a\u2028b\u0085c',
      emoji: '👩‍👩‍👧 и Кириллица',
      rightToLeft: '\u202eשלום مرحبا',
      long: 'x'.repeat(1024 * 1024),
    };
    const ids = Object.entries(names).map(([, name]) =>
      simulator.account.create('leads', { name, closed_at: 0 }),
    );
    simulator.readings.clockSkew += 5;
    const run = await sync(simulator);
    expect(run.code).toBe(0);
    const found = new Map(run.records.leads!.map(({ id, name }) => [id, name as string]));
    const [nul, surrogate, ...others] = ids.map((id) => found.get(id)!);
    expect(nul).not.toContain('\u0000');
    expect(surrogate!.isWellFormed()).toBe(true);
    expect(others).toEqual([names.separators, names.emoji, names.rightToLeft, names.long]);
  } finally {
    await simulator.close();
  }
});
