import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Look } from '../../src/doctor/look.ts';
import { line } from '../../src/doctor/probes/line.ts';
import { doubts } from '../../src/readings.ts';
import { defaultReadings, type Readings } from '../../src/simulator/readings.ts';
import { setReported } from '../../src/simulator/reported-readings.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { hastyClock, performHere } from '../cli/in-process.ts';
import { newFolder } from '../new-folder.ts';
import { busyAccount, examine } from './examined.ts';

const known = (table: Readonly<Record<string, string>>) =>
  Object.entries(table).filter(([, seen]) => !seen.startsWith('unknown'));

test('a documented account deviates in nothing, and every doubt of the catalogue has its line', async () => {
  const { simulator, clock } = await busyAccount();
  const { table, requests, stdout } = await examine(simulator, clock);
  expect(known(table).filter(([, seen]) => !seen.startsWith('holds'))).toEqual([]);
  expect(table).toMatchObject({ incomingLeads: 'holds: listed' });
  expect(known(table).length).toBeGreaterThan(30);
  const names = Object.keys(table).map((name) => name.split('.')[0]);
  expect(names).toEqual(expect.arrayContaining(Object.keys(doubts)));
  expect(requests).toBe(simulator.statistics.requests);
  expect(requests).toBeLessThanOrEqual(100);
  expect(JSON.parse(stdout).schema).toBe('source-kommo-doctor/1');
});

const switches: [Partial<Readings>, Record<string, string>][] = [
  [{ lowerBound: 'exclusive' }, { lowerBound: 'does not hold: exclusive' }],
  [{ upperBound: 'exclusive' }, { upperBound: 'does not hold: exclusive' }],
  [{ filters: 'ignored' }, { filters: 'does not hold: ignored' }],
  [{ filters: 'rejected' }, { filters: 'does not hold: rejected' }],
  [
    { filters: { contacts: 'ignored' } },
    { 'filters.contacts': 'does not hold: ignored', 'filters.leads': 'holds: honoured' },
  ],
  [{ isApiFilterEnabled: false }, { isApiFilterEnabled: 'does not hold: false' }],
  [{ scalarDate: 'equal' }, { scalarDate: 'does not hold: equal' }],
  [{ scalarDate: 'after' }, { scalarDate: 'does not hold: after' }],
  [{ order: 'ignored' }, { order: 'does not hold: ignored' }],
  [
    { order: { leads: 'ignored' } },
    { 'order.leads': 'does not hold: ignored', 'order.contacts': 'holds: honoured' },
  ],
  ...(['id-descending', 'updated_at', 'arbitrary', 'shuffled'] as const).map(
    (defaultOrder): [Partial<Readings>, Record<string, string>] => [
      { defaultOrder },
      { 'defaultOrder.leads': `does not hold: ${defaultOrder}` },
    ],
  ),
  ...(['oldest', 'arbitrary', 'shuffled'] as const).map(
    (eventsOrder): [Partial<Readings>, Record<string, string>] => [
      { eventsOrder },
      { eventsOrder: `does not hold: ${eventsOrder}` },
    ],
  ),
  [{ eventsCreatedAtOrder: 'honoured' }, { eventsCreatedAtOrder: 'does not hold: honoured' }],
  [{ ties: 'reversed' }, { ties: 'does not hold: reversed' }],
  [{ ties: 'shuffled' }, { ties: 'does not hold: shuffled' }],
  [{ next: 'always' }, { next: 'does not hold: always' }],
  [{ next: 'never' }, { next: 'does not hold: never' }],
  [{ pageCap: 100 }, { pageCap: 'does not hold: 100', overLimit: 'holds: clamp' }],
  [{ pageCap: 50 }, { pageCap: 'does not hold: 50' }],
  [{ overLimit: 'default' }, { overLimit: 'does not hold: default' }],
  [{ maximumPage: 100 }, { maximumPage: 'does not hold: 100', beyondDepth: 'holds: 204' }],
  [
    { maximumPage: 37, beyondDepth: 'empty' },
    { maximumPage: 'does not hold: 37', beyondDepth: 'does not hold: empty' },
  ],
  [
    { maximumPage: 64, beyondDepth: 'repeat' },
    { maximumPage: 'does not hold: 64', beyondDepth: 'does not hold: repeat' },
  ],
  [{ beyondEnd: 'repeat' }, { 'beyondEnd.leads': 'does not hold: repeat' }],
  [{ beyondEnd: 'circle' }, { 'beyondEnd.leads': 'does not hold: circle' }],
  [{ dateHeader: false }, { dateHeader: 'does not hold: false' }],
  [{ clockSkew: -45 }, { clockSkew: 'does not hold: -45' }],
  [{ clockSkew: 3600 }, { clockSkew: 'does not hold: 3600' }],
  ...[60, -60, 3600, -86_400].map((strayDate): [Partial<Readings>, Record<string, string>] => [
    { strayDate },
    { strayDate: `does not hold: ${strayDate}`, clockSkew: 'holds: 0' },
  ]),
  [{ archivedPipelines: false }, { archivedPipelines: 'does not hold: false' }],
  [{ refused: { users: 403 } }, { 'refused.users': 'does not hold: 403' }],
  [{ linksTouch: false }, { linksTouch: 'does not hold: false' }],
  [{ tagsTouch: false }, { tagsTouch: 'does not hold: false' }],
  [{ notesTouch: true }, { notesTouch: 'does not hold: true' }],
  [{ tasksTouch: true }, { tasksTouch: 'does not hold: true' }],
  [{ eventsReach: 31_536_000 }, { eventsReach: 'does not hold: 31536000' }],
  [{ onlyDeleted: 'ignored' }, { onlyDeleted: 'does not hold: ignored' }],
  [{ incomingLeads: 'not listed' }, { incomingLeads: 'does not hold: not listed' }],
  [{ noteIds: 'unique' }, { noteIds: 'unknown: would need all notes; none of the first ones share an id' }],
  [{ noteParams: '[]' }, { noteParams: 'does not hold: []' }],
  [{ noteParams: '{}' }, { noteParams: 'does not hold: {}' }],
  [{ ifModifiedSince: '304' }, { ifModifiedSince: 'does not hold: 304' }],
  [
    { ifModifiedSince: { contacts: 'newer' } },
    {
      'ifModifiedSince.contacts': 'does not hold: newer',
      'ifModifiedSince.leads': 'holds: ignored',
    },
  ],
  [{ deactivatedUsers: false }, { deactivatedUsers: 'does not hold: false' }],
  [{ fileLinks: 'id' }, { fileLinks: 'does not hold: id' }],
  [{ mergesTouch: false }, { mergesTouch: 'does not hold: false' }],
  [{ restoresTouch: false }, { restoresTouch: 'does not hold: false' }],
  [{ linkEvents: 'generic' }, { linkEvents: 'does not hold: generic' }],
  [{ mergedTells: 'entity_id' }, { mergedTells: 'does not hold: entity_id' }],
  [{ mergedTells: 'nothing' }, { mergedTells: 'does not hold: nothing' }],
  [{ eventTypes: 'ignored' }, { eventTypes: 'does not hold: ignored' }],
  [{ eventTypes: 'rejected' }, { eventTypes: 'does not hold: rejected' }],
  // Two at once.
  [
    { pageCap: 100, lowerBound: 'exclusive' },
    { pageCap: 'does not hold: 100', lowerBound: 'does not hold: exclusive' },
  ],
  [
    { next: 'never', ties: 'shuffled' },
    { next: 'does not hold: never', ties: 'does not hold: shuffled' },
  ],
  [
    { filters: 'ignored', eventsOrder: 'oldest' },
    { filters: 'does not hold: ignored', eventsOrder: 'does not hold: oldest' },
  ],
  [
    { order: 'ignored', upperBound: 'exclusive' },
    { order: 'does not hold: ignored', upperBound: 'does not hold: exclusive' },
  ],
];

test.each(switches)('%j shows itself', async (readings, expected) => {
  const { simulator, clock } = await busyAccount({ readings });
  const { table, requests } = await examine(simulator, clock);
  const seen = Object.keys(expected).map((name) => [name, table[name] ?? table[name.split('.')[0]!]]);
  expect(Object.fromEntries(seen)).toEqual(expected);
  expect(requests).toBeLessThanOrEqual(100);
  // Nothing else is blamed: what deviates is one of the switches.
  const blamed = known(table).filter(([, seen]) => !seen.startsWith('holds'));
  const turned = Object.keys(readings);
  expect(blamed.filter(([name]) => !turned.includes(name.split('.')[0]!))).toEqual([]);
});

test.each([
  ['filterLapses', 'filters', 0.3],
  ['orderLapses', 'order', 0.3],
  ['cutPages', undefined, 0.5],
  ['prematureEnds', undefined, 0.2],
] as const)('%s happen now and then', async (name, other, share) => {
  const { simulator, clock } = await busyAccount({ readings: { [name]: share } });
  const { table } = await examine(simulator, clock);
  expect(table[name]).toMatch(/^now and then: 0\.\d+$/);
  if (other !== undefined)
    expect(
      Object.entries(table)
        .filter(([key]) => key.split('.')[0] === other)
        .map(([, seen]) => seen),
    ).toContain('now and then: honoured');
});

test('hidden rows are seen as pages that come short, and no size of pages is guessed', async () => {
  const { simulator, clock } = await busyAccount();
  simulator.readings.shortPages = 0.3;
  const { table } = await examine(simulator, clock);
  const shares = Object.entries(table).filter(([name]) => name.startsWith('shortPages'));
  for (const [, seen] of shares)
    if (!seen.startsWith('unknown')) expect(seen).toMatch(/^does not hold: 0\.[1-5]/);
  expect(shares.some(([, seen]) => seen.startsWith('does not hold'))).toBe(true);
  expect(table['pageCap.leads'] ?? table.pageCap).toMatch(/^unknown/);
});

test.each([
  {},
  { lowerBound: 'exclusive', upperBound: 'exclusive', ties: 'shuffled', pageCap: 50 },
  { next: 'always', overLimit: 'default', maximumPage: 3, linksTouch: false },
] as Partial<Readings>[])('a quiet account gives no guess: %j', async (readings) => {
  const clock = hastyClock();
  const size = { leads: 1, contacts: 1, companies: 1, tasks: 1, events: 0, users: 1, pipelines: 1 };
  const simulator = await startSimulator({ ...size, requestsPerSecond: null, clock, readings });
  try {
    const { table } = await examine(simulator, clock);
    for (const name of [
      'lowerBound',
      'upperBound',
      'scalarDate',
      'ties',
      'eventsOrder',
      'pageCap',
      'overLimit',
      'maximumPage',
      'linksTouch',
      'order',
      'next',
      'mergedTells',
    ])
      expect({ name, seen: table[name] }).toEqual({ name, seen: expect.stringMatching(/^unknown/) });
  } finally {
    await simulator.close();
  }
});

test('nothing of a record is in what it prints', async () => {
  const { simulator, clock } = await busyAccount();
  const { stdout } = await examine(simulator, clock, '--verbose');
  const shown = await performText(simulator, clock);
  const texts = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    else if (typeof value === 'number' && Math.abs(value) >= 1_000_000) texts.add(String(value));
    // Words of Kommo's own, as `contacts`, are no one's.
    else if (typeof value === 'string' && value.length > 6 && !/^[a-z_]+$/.test(value)) texts.add(value);
  };
  for (const list of [
    'leads',
    'contacts',
    'companies',
    'tasks',
    'events',
    'users',
    'pipelines',
    'leads_notes',
  ])
    for (const id of simulator.account.ids(list)) collect(simulator.account.record(list, id));
  expect(texts.size).toBeGreaterThan(2_000);
  expect([...texts].filter((text) => stdout.includes(text) || shown.includes(text))).toEqual([]);
  expect(`${stdout}${shown}`).not.toMatch(/\d{7}/);
  expect(`${stdout}${shown}`).not.toContain(simulator.account.subdomain);
});

async function performText(
  { url, token }: { url: string; token: string },
  clock: ReturnType<typeof hastyClock>,
  ...flags: string[]
) {
  const config = join(newFolder(), 'config.json');
  writeFileSync(config, JSON.stringify({ api_url: url, api_key: token, requests_per_second: 10_000 }));
  const { code, stdout } = await performHere(['doctor', '--config', config, ...flags], { clock });
  expect(code).toBe(0);
  return stdout;
}

test('a report is played by the simulator, seen again, and compared with', async () => {
  const readings: Partial<Readings> = {
    next: 'never',
    filters: { contacts: 'ignored' },
    eventsOrder: 'oldest',
  };
  const one = await busyAccount({ readings });
  const first = await examine(one.simulator, one.clock);
  const played = defaultReadings();
  setReported(played, first.report);
  expect(played).toMatchObject({ next: 'never', eventsOrder: 'oldest' });
  const other = await busyAccount({ readings: played });
  const second = await examine(other.simulator, other.clock);
  expect(second.table).toEqual(first.table);
  expect((await examine(other.simulator, other.clock, '--diff', first.report)).findings).toEqual([]);
  other.simulator.readings.next = 'honest';
  const text = await performText(other.simulator, other.clock, '--diff', first.report);
  expect(text).toMatch(/^next\.leads +never +holds: honest/m);
  expect(text).toContain('readings are as before.');
  expect(text).not.toContain('lowerBound');
});

test('only what deviates or is unknown is printed, unless all is asked for', async () => {
  const { simulator, clock } = await busyAccount({ readings: { next: 'never' } });
  const short = await performText(simulator, clock);
  expect(short).toMatch(/^next +does not hold: never/m);
  expect(short).not.toContain('lowerBound');
  expect(short).toMatch(/^\d+ requests\. \d+ readings hold\.$/m);
  expect(await performText(simulator, clock, '--verbose')).toMatch(/^lowerBound +holds: inclusive/m);
});

test('it fails where it could not look, and refuses what it cannot do', async () => {
  const { simulator, clock } = await busyAccount();
  const config = join(newFolder(), 'config.json');
  writeFileSync(config, JSON.stringify({ api_url: simulator.url, api_key: 'another token' }));
  expect((await performHere(['doctor', '--config', config], { clock })).code).toBe(1);
  for (const watch of ['17m', 'long', '0m'])
    expect((await performHere(['doctor', '--config', config, '--watch', watch], { clock })).code).toBe(2);
  writeFileSync(config, '{}');
  const { code, stderr } = await performHere(['doctor', '--config', config, '--diff', config], { clock });
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('none that source-kommo doctor --json has written'),
  ]);
  expect(readFileSync(config, 'utf8')).toBe('{}');
});

test('a server in trouble uses up the requests, and that is said in one line', async () => {
  const { simulator, clock } = await busyAccount();
  simulator.statistics.reset();
  simulator.faults.addNamed('server-error', { share: 0.9 });
  const config = join(newFolder(), 'config.json');
  const settings = { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 };
  writeFileSync(config, JSON.stringify(settings));
  const { code, stderr } = await performHere(['doctor', '--config', config], { clock });
  expect(simulator.statistics.requests).toBeLessThanOrEqual(100);
  expect([code, stderr]).toEqual([1, expect.not.stringContaining('a bug in this program')]);
});

/** Does something each time that a watch pauses, while the time passes. */
function workDuring(clock: ReturnType<typeof hastyClock>, work: (turn: number) => void) {
  let turn = 0;
  const sleep = clock.sleep.bind(clock);
  return {
    ...clock,
    async sleep(milliseconds: number, signal?: AbortSignal) {
      if (milliseconds !== 10_000) return await sleep(milliseconds, signal);
      await sleep(4_000, signal);
      work(turn++);
      await sleep(6_000, signal);
    },
  };
}

test('a watch counts changes, one request every ten seconds, and sees clocks that differ', async () => {
  const { simulator, clock } = await busyAccount();
  simulator.statistics.reset();
  const asked: number[] = [];
  const edit = () => {
    asked.push(simulator.statistics.requests);
    simulator.account.edit('leads', simulator.account.ids('leads')[5]!);
  };
  const { table, requests } = await examine(simulator, workDuring(clock, edit), '--watch', '2m');
  expect(requests).toBe(12);
  expect(asked).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
  expect(simulator.statistics.requests).toBe(12);
  expect(table).toMatchObject({
    lateRecords: 'holds: not late',
    clockDrift: 'holds: 0 seconds between answers',
  });
  simulator.readings.strayDate = 60;
  const quiet = await examine(simulator, clock, '--watch', '2m');
  expect(quiet.table.clockDrift).toMatch(/^does not hold: (59|60|61) seconds/);
  for (const name of ['lateRecords', 'linksTouch', 'tagsTouch', 'notesTouch'])
    expect(quiet.table[name]).toMatch(/^unknown/);
});

test.each([
  [{}, 'holds: true', 'holds: true', 'holds: false'],
  [{ linksTouch: false }, 'does not hold: false', 'holds: true', 'holds: false'],
  [{ tagsTouch: false, notesTouch: true }, 'holds: true', 'does not hold: false', 'does not hold: true'],
] as [Partial<Readings>, string, string, string][])(
  'a watch sees whether links, tags and notes touch: %j',
  async (readings, linksTouch, tagsTouch, notesTouch) => {
    const { simulator, clock } = await busyAccount({ readings });
    const { account } = simulator;
    const ids = account.ids('leads') as number[];
    const contacts = account.ids('contacts') as number[];
    const work = (turn: number) => {
      if (turn === 1) account.link('leads', ids[20]!, 'contacts', contacts[20]!);
      if (turn === 2) account.tag('leads', ids[30]!, 'watched');
      if (turn === 3) account.create('leads_notes', { entity_id: ids[40]!, note_type: 'common' });
    };
    const { table, requests } = await examine(simulator, workDuring(clock, work), '--watch', '2m');
    expect(requests).toBe(12);
    expect(table).toMatchObject({ linksTouch, tagsTouch, notesTouch });
  },
);

test('a watch tells how late records become visible', async () => {
  const { simulator, clock } = await busyAccount();
  const { account } = simulator;
  const work = (turn: number) => {
    if (turn === 2) account.create('leads', { visibleFrom: account.now() + 45 });
  };
  const { findings } = await examine(simulator, workDuring(clock, work), '--watch', '3m');
  const late = findings.find(({ name }) => name === 'lateRecords');
  expect(late).toMatchObject({
    grade: 'does not hold',
    seen: expect.stringMatching(/^at least (3\d|4[0-5]) seconds late$/),
    follows: expect.stringContaining('lookback_window_minutes should be 1 or more'),
  });
});

test.each([
  {},
  { linksTouch: false, tagsTouch: false, notesTouch: true, tasksTouch: true },
] as Partial<Readings>[])(
  'the made-up history of an account agrees with its readings: %j',
  async (readings) => {
    const clock = hastyClock();
    const simulator = await startSimulator({ leads: 3_000, requestsPerSecond: null, clock, readings });
    onTestFinished(() => simulator.close());
    const { table } = await examine(simulator, clock);
    const blamed = known(table).filter(([, seen]) => !seen.startsWith('holds'));
    expect(Object.fromEntries(blamed)).toEqual(
      Object.fromEntries(Object.entries(readings).map(([name, value]) => [name, `does not hold: ${value}`])),
    );
    for (const name of ['linksTouch', 'tagsTouch', 'notesTouch', 'tasksTouch'])
      expect(table[name]).not.toMatch(/unknown/);
  },
);

/** What no questions tell from outside, or what keeps anybody from asking any. */
const untold = ['hiddenTogether', 'renamed'];

test('every doubt of the catalogue has a switch here that the table tells', () => {
  const turned = new Set(switches.flatMap(([readings]) => Object.keys(readings)));
  const counted = ['filterLapses', 'orderLapses', 'cutPages', 'prematureEnds', 'shortPages'];
  expect(Object.keys(doubts).filter((name) => !turned.has(name) && !counted.includes(name))).toEqual(untold);
});

test.each([
  ['h2', { value: 'offered' }],
  ['http/1.1', { value: 'not offered' }],
  [undefined, { needs: 'would need https, and no proxy' }],
] as const)('what a server offers is said, and what follows of its answers: %s', async (offered, http2) => {
  const exchange = (milliseconds: number) => ({
    ...{ status: 200, milliseconds, ahead: 0, servedAt: 0, encoding: 'br' },
  });
  const transport = { exchanges: [5_000, 20_000, 10_000, 20_000, 30_000].map(exchange) };
  const look = { transport, requestsPerSecond: 7, offeredProtocol: async () => offered };
  expect(await line.look(look as unknown as Look)).toMatchObject({
    latency: { value: '20000 ms' },
    spread: { value: '15000 ms' },
    rate: { value: '3.2 requests a second' },
    compression: { value: 'br' },
    http2,
  });
});
