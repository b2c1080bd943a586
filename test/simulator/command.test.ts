import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSimulator } from '../../src/simulator/command.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { newFolder } from '../new-folder.ts';
import { ask, withAccount } from './ask.ts';

async function control(simulator: { url: string }, action: string, order?: object) {
  const response = await fetch(`${simulator.url}/_simulator/${action}`, {
    method: order === undefined ? 'GET' : 'POST',
    ...(order === undefined ? {} : { body: JSON.stringify(order) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: documents of every shape
  const body: any = text.includes('}\n')
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
  return { status: response.status, body };
}

test('another process can work in the account, and its orders do not count', async () => {
  await withAccount({ leads: 40, events: 0 }, async (simulator: Simulator) => {
    const { body: edited } = await control(simulator, 'edit', { stream: 'leads', count: 5 });
    expect(edited.ids).toHaveLength(5);
    const created = await control(simulator, 'create', {
      stream: 'contacts',
      count: 2,
      record: { name: 'Zoë' },
    });
    expect(simulator.account.record('contacts', created.body.ids[0])?.name).toBe('Zoë');
    const removed = await control(simulator, 'remove', { stream: 'leads', count: 3 });
    expect(simulator.account.count('leads')).toBe(37);
    await control(simulator, 'restore', { stream: 'leads', ids: removed.body.ids });
    await control(simulator, 'bulk', { stream: 'tasks', count: 4 });
    await control(simulator, 'import', { count: 10, at: 1_700_000_000 });
    // 5 edits, 2 creations, 3 removals, 3 restorations, 4 bulk edits, 10 imports.
    expect(simulator.account.count('events')).toBe(27);
    expect(simulator.account.recordEvents).toBe(false);
    await control(simulator, 'edit', { stream: 'leads', events: false });
    expect(simulator.account.count('events')).toBe(27);
    const truth = await control(simulator, 'truth/leads');
    expect(truth.body).toEqual([...simulator.account.truth('leads')]);
    await control(simulator, 'readings', { ties: 'shuffled', next: { leads: 'never' } });
    expect(simulator.readings).toMatchObject({ ties: 'shuffled', next: { leads: 'never' } });
    await control(simulator, 'fault', { name: 'payment', list: 'users' });
    expect((await ask(simulator, 'users')).status).toBe(402);
    expect((await control(simulator, 'statistics')).body).toMatchObject({ requests: 1 });
    await control(simulator, 'statistics/reset', {});
    expect((await control(simulator, 'statistics')).body).toMatchObject({ requests: 0 });
    for (const [action, order] of [
      ['nonsense', {}],
      ['edit', { stream: 'nonsense' }],
      ['fault', { name: 'nonsense' }],
      ['readings', { ties: 'x' }],
      ['nonsense', undefined],
    ] as const) {
      const reply = await control(simulator, action, order);
      expect([action, reply.status]).toEqual([action, 400]);
    }
  });
});

async function run(argv: string[], whileRunning?: (lines: string[]) => Promise<void>) {
  const lines: string[] = [];
  const notes: string[] = [];
  const stop = new AbortController();
  const finished = runSimulator(argv, {
    write: (line) => lines.push(line),
    note: (line) => notes.push(line),
    signal: stop.signal,
  });
  if (whileRunning !== undefined) {
    await expect.poll(() => lines.length).toBeGreaterThan(5);
    await whileRunning(lines);
    stop.abort();
  }
  return { code: await finished, lines, notes };
}

test('the command says where the account is, and ends when it is told to', async () => {
  const { code, notes } = await run(
    [
      '--port',
      '0',
      '--leads',
      '30',
      '--seed',
      '5',
      '--rate',
      'unlimited',
      '--reading',
      'next=never',
      '--fault',
      'payment:0.000001',
    ],
    async (lines) => {
      const config = JSON.parse(lines.find((line) => line.startsWith('{'))!);
      const response = await fetch(`${config.api_url}/api/v4/leads?limit=10`, {
        headers: { authorization: `Bearer ${config.api_key}` },
      });
      // biome-ignore lint/suspicious/noExplicitAny: one look into the document
      const body = (await response.json()) as any;
      expect([body._embedded.leads.length, body._links.next]).toEqual([10, undefined]);
    },
  );
  expect([code, notes]).toEqual([0, []]);
});

test('the config that it writes works again when the account is started again', async () => {
  const file = join(newFolder(), 'config.json');
  const written: string[] = [];
  for (const seed of ['5', '5']) {
    const args = ['--port', '0', '--leads', '30', '--seed', seed, '--write-config', file];
    const { code, notes } = await run(args, async (lines) => {
      expect(lines.join('\n')).toContain(`A config for it is in ${file}.`);
      written.push(readFileSync(file, 'utf8'));
      const { api_url, api_key } = JSON.parse(written.at(-1)!);
      const headers = { authorization: `Bearer ${api_key}` };
      expect((await fetch(`${api_url}/api/v4/account`, { headers })).status).toBe(200);
    });
    expect([code, notes]).toEqual([0, []]);
  }
  const tokens = written.map((text) => JSON.parse(text).api_key);
  expect(tokens[1]).toBe(tokens[0]);
  expect(tokens[0].length).toBeLessThan(40);
});

test.each(['{"subdomain":"acme","api_key":"a-real-token"}', 'notes'])(
  'a file that holds something else is not written over: %s',
  async (text) => {
    const file = join(newFolder(), 'config.json');
    writeFileSync(file, text);
    const { code, notes } = await run(['--port', '0', '--leads', '5', '--write-config', file]);
    expect(code).toBe(2);
    expect(notes).toEqual([expect.stringContaining(`${file} holds something else`)]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('two accounts can run side by side: the second one takes another port', async () => {
  const addresses: string[] = [];
  const address = (lines: string[]) => /http:\S+/.exec(lines[0]!)![0];
  await run(['--leads', '5'], async (lines) => {
    addresses.push(address(lines));
    await run(['--leads', '5'], async (others) => void addresses.push(address(others)));
  });
  expect(new Set(addresses).size).toBe(2);
});

test.each([
  [['--leads', 'many'], 'leads'],
  [['--leads', '1.5'], 'whole number'],
  [['--nonsense'], '--nonsense'],
  [['--reading', 'ties=up'], 'shuffled'],
  [['--reading', 'ties.leads=id'], 'all lists'],
  [['--reading', 'nonsense=1'], 'lowerBound'],
  [['--fault', 'nonsense'], 'cut'],
  [['--fault', 'cut:7'], 'share'],
  [['extra'], 'extra'],
])('%j is refused in one line', async (argv, word) => {
  const { code, lines, notes } = await run(argv);
  expect([code, lines]).toEqual([2, []]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(word);
});

test('--help tells every flag and every name', async () => {
  const { code, lines } = await run(['--help']);
  expect(code).toBe(0);
  for (const word of ['--port', '--reading', 'clockSkew', 'reset-body'])
    expect(lines.join('\n')).toContain(word);
});
