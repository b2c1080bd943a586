/** The same faults met by the tap and by sync: the failing stream is named in their own words, nothing is lost. */
import { describe, expect, test } from 'vitest';
import { namedFaults } from '../../src/simulator/faults.ts';
import type { FaultRule, Simulator } from '../../src/simulator/simulator.ts';
import { streams } from '../../streams/index.ts';
import { versionsInAccount, versionsInFile } from '../cli/account-file.ts';
import { runHere } from '../cli/in-process.ts';
import { ended, writeFiles } from '../cli/program.ts';
import { delivered, truth, understood } from '../conformance/singer/tap.ts';
import { account, settingsFor, startFlying, streamNames, streamsOn } from './whole-run.ts';

const faults: [string, FaultRule, string, RegExp][] = [
  ['403 as JSON', { fault: namedFaults.forbidden!, list: 'users' }, 'users', /may not read users \(403\)/],
  ['404', { fault: namedFaults['not-found']!, list: 'tasks' }, 'tasks', /does not know tasks \(404\)/],
  [
    '503 without end',
    { fault: namedFaults.unavailable!, list: 'leads', after: 1 },
    'leads',
    /failed \(503\)/,
  ],
  [
    'resets without end',
    { fault: { kind: 'reset' }, list: 'events', after: 2 },
    'events',
    /connection was lost/,
  ],
];

/** The streams that a line of `sync` says not to be complete. */
const notComplete = (line: string) =>
  / source-kommo: (.+?) (?:is|are) not complete: /.exec(line)?.[1]?.split(', ') ?? [];
/** Asked for by name: what is refused is a failure then. */
const named = ['--streams', streamNames.join()];
const othersThan = (failed: string[]) => streamNames.filter((name) => !failed.includes(name));

describe.concurrent('the tap meets', () => {
  /** By stream, what the runs delivered; in order, as the last one wins. */
  const together =
    (...runs: ReturnType<typeof understood>[]) =>
    (stream: string) =>
      runs.flatMap(({ records }) => records[stream] ?? []);
  const expectDelivered = (
    simulator: Simulator,
    names: string[],
    of: (stream: string) => Record<string, unknown>[],
  ) => {
    for (const name of names)
      expect(delivered(simulator, name, of(name)), name).toEqual(truth(simulator, name));
  };

  test.each(faults)('%s', async (_, rule, list, reason) => {
    await using simulator = await account();
    const failed = streamsOn(list);
    simulator.faults.add(rule);
    const settings = settingsFor(simulator);
    const first = await ended(startFlying('tap-kommo', named, { config: settings }, 40));
    expect(first.code).toBe(1);
    const last = first.stderr.trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^CRITICAL /);
    expect(/Not read in full: ([^.]+)\./.exec(last!)?.[1]?.split(', ').sort()).toEqual(failed);
    expect(last).toMatch(reason);
    expect(first.stderr).not.toMatch(/^\s+at /m);
    const read = understood(first.stdout);
    expectDelivered(simulator, othersThan(failed), together(read));
    simulator.faults.clear();
    const files = writeFiles({ config: settings, state: read.state });
    const next = await runHere('tap-kommo', ['--config', files.config, '--state', files.state, ...named]);
    expect(next.code).toBe(0);
    expectDelivered(simulator, streamNames, together(read, understood(next.stdout)));
  });
});

describe.concurrent('sync meets', () => {
  test.each(faults)('%s', async (_, rule, list, reason) => {
    await using simulator = await account();
    const failed = streamsOn(list);
    simulator.faults.add(rule);
    const settings = settingsFor(simulator);
    const { kommo, config } = writeFiles({ kommo: '', config: settings });
    const sync = ['sync', '--to', `${kommo}.db`, ...named];
    const first = await ended(startFlying('source-kommo', sync, { config: settings }, 40));
    expect(first.code).toBe(1);
    const told = first.stderr.split('\n').filter((line) => line.includes(' source-kommo: '));
    for (const line of told) expect(line).toMatch(reason);
    expect(told.flatMap(notComplete).sort()).toEqual(failed);
    const truths = versionsInAccount(simulator, streams);
    const filled = versionsInFile(`${kommo}.db`);
    for (const name of othersThan(failed)) expect(filled[name], name).toEqual(truths[name]);
    for (const name of failed) expect(truths[name], name).toEqual(expect.arrayContaining(filled[name]!));
    simulator.faults.clear();
    expect((await runHere('source-kommo', [...sync, '--config', config])).code).toBe(0);
    expect(versionsInFile(`${kommo}.db`)).toEqual(truths);
  });
});
