/** Faults that do not pass: told apart, named with their stream, and nothing that was read is lost. */
import { describe, expect, test } from 'vitest';
import { namedFaults } from '../../src/simulator/faults.ts';
import type { Fault, FaultRule, Simulator } from '../../src/simulator/simulator.ts';
import { errorsIn, statusesIn } from '../dialect/airbyte/messages.ts';
import {
  account,
  expectDelivered,
  expectHonestStates,
  lastStates,
  readAll,
  readAllHere,
  settingsFor,
  streamNames,
  streamsOn,
  type WholeRun,
} from './whole-run.ts';

/** What was read counts: the next run goes on from the last states, and the two of them have everything. */
async function expectResumed(simulator: Simulator, run: WholeRun): Promise<void> {
  expectHonestStates(simulator, run.messages);
  simulator.faults.clear();
  const state = lastStates(run.messages);
  const next = await readAllHere(settingsFor(simulator), state);
  expect(next.failure?.message ?? Object.values(next.failures)[0]).toBeUndefined();
  expect(next.code).toBe(0);
  expectDelivered(simulator, [run.messages, next.messages]);
}

const always = (name: string, list: string): FaultRule => ({ fault: namedFaults[name]!, list, after: 1 });

describe.concurrent('one stream fails, is named, and the others are complete:', () => {
  test.each<[string, FaultRule, string, RegExp]>([
    ['403 as JSON', always('forbidden', 'users'), 'config_error', /^The token may not read users \(403\)/],
    ['402', always('payment', 'contacts'), 'config_error', /^Kommo asks for payment \(402\) for contacts/],
    ['404', always('not-found', 'tasks'), 'config_error', /^Kommo does not know tasks \(404\)/],
    [
      'a record that is no object',
      always('not-an-object', 'contacts'),
      'system_error',
      /^contacts: Kommo sent "text" where a record should be/,
    ],
    [
      'a record without an id',
      always('without-id', 'leads'),
      'system_error',
      /^leads: Kommo sent a record without an id/,
    ],
    [
      'a list that is a text',
      {
        fault: { kind: 'body', change: (body) => ({ ...body, _embedded: 'none' }) },
        list: 'companies',
      },
      'system_error',
      /^Kommo answered the request for companies in an unknown shape/,
    ],
    ['100 MB in one answer', always('huge', 'leads'), 'system_error', /^Kommo sent more than \d+ MB/],
    [
      '503 without end',
      always('unavailable', 'leads'),
      'transient_error',
      /^Could not read leads: .*\(503\)/,
    ],
    [
      'bodies that are cut without end',
      always('cut', 'contacts'),
      'transient_error',
      /^Could not read contacts/,
    ],
    ['bodies that stall without end', always('stall', 'events'), 'transient_error', /^Could not read events/],
    ['resets without end', always('reset', 'tasks'), 'transient_error', /^Could not read tasks/],
    [
      '429 without end',
      always('rate-limited', 'leads'),
      'transient_error',
      /^Could not read leads: .*\(429\)/,
    ],
    ['504 at every size', always('timeout', 'leads'), 'transient_error', /^Could not read leads: .*\(504\)/],
  ])('%s', async (_, rule, kind, message) => {
    await using simulator = await account();
    const list = rule.list!;
    simulator.faults.add({ ...rule, ...(list === 'users' && { after: 0 }) });
    // What is wrong at once needs no patience; and on a busy machine, that much does not come in a moment.
    const speed = rule.fault.kind === 'huge' ? 20 : 150;
    const run = await readAll(settingsFor(simulator), { speed });
    expect(run.code).toBe(1);
    const failed = streamsOn(list);
    expect(Object.keys(run.failures).sort()).toEqual(failed);
    expect(run.failures[list]).toMatchObject({ failure_type: kind, message: expect.stringMatching(message) });
    expect(run.failure).toMatchObject({
      failure_type: kind,
      message: expect.stringMatching(/^These streams were not read in full: /),
    });
    for (const name of failed) expect(run.failure!.message).toContain(name);
    const others = streamNames.filter((name) => !failed.includes(name));
    expect(run.complete.sort()).toEqual([...others].sort());
    expectDelivered(simulator, [run.messages], others);
    await expectResumed(simulator, run);
  });
});

test.each<[string, unknown]>([
  ['a text where the parts of a record are', 'text'],
  ['a text where the statuses are', { statuses: 'none' }],
  ['a text among the statuses', { statuses: ['text'] }],
])('%s is no empty stream', async (_, _embedded) => {
  await using simulator = await account({ leads: 20 });
  const change = (record: Record<string, unknown>) => ({ ...record, _embedded });
  simulator.faults.add({ fault: { kind: 'records', change }, list: 'pipelines' });
  const run = await readAllHere(settingsFor(simulator), []);
  expect(run.code).toBe(1);
  expect(run.failures.statuses).toMatchObject({
    failure_type: 'system_error',
    message: expect.stringMatching(
      /^statuses: Kommo sent record \d+ with something else in place of its list/,
    ),
  });
  expectHonestStates(simulator, run.messages);
  const others = streamNames.filter((name) => !['pipelines', 'statuses'].includes(name));
  expectDelivered(simulator, [run.messages], others);
});

describe.concurrent('the account as a whole fails, and the run ends:', () => {
  test.each<[string, Fault, string, RegExp]>([
    ['401 in the middle', namedFaults.unauthorized!, 'config_error', /^Kommo refused the token \(401\)/],
    ['403 as HTML', { kind: 'ban' }, 'config_error', /^Kommo has blocked this IP address.*Ask Kommo support/],
    ['a redirect', namedFaults.redirect!, 'config_error', /^Kommo redirects to other-host\.invalid/],
  ])('%s', async (_, fault, kind, message) => {
    await using simulator = await account();
    simulator.faults.add({ fault, after: 9 });
    const run = await readAll(settingsFor(simulator));
    expect(run.code).toBe(1);
    expect(Object.keys(run.failures).length).toBeGreaterThan(0);
    for (const error of Object.values(run.failures)) {
      expect(error).toMatchObject({ failure_type: kind, message: expect.stringMatching(message) });
    }
    expect(run.failure?.failure_type).toBe(kind);
    const ends = statusesIn(run.messages).filter((status) => /COMPLETE$/.test(status));
    expect(ends.map((status) => status.split(' ')[0]).sort()).toEqual(
      expect.arrayContaining(Object.keys(run.failures).sort()),
    );
    await expectResumed(simulator, run);
  });

  test('an address where nobody answers', async () => {
    await using simulator = await account();
    const settings = settingsFor(simulator, { api_url: 'http://127.0.0.1:9' });
    const { code, messages } = await readAll(settings, { speed: 100 });
    expect(code).toBe(1);
    expect(errorsIn(messages)).toHaveLength(1);
    expect(errorsIn(messages)[0]).toMatchObject({
      failure_type: 'transient_error',
      message: expect.stringMatching(
        /^Could not read the account: no connection \(ECONNREFUSED\).*subdomain/,
      ),
    });
  });
});
