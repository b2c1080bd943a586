import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SyncEvent } from '../../src/sync/event.ts';
import { run } from '../../src/sync/run.ts';
import { differences, type History, history, openOffice, streams } from './office.ts';
import { Destination, read } from './reading.ts';

/** Keeps the newest of each record, and notes what is said to be gone. */
class Rows extends Destination {
  readonly rows = new Map<string, Record<string, unknown>>();
  protected override keep(
    stream: string,
    key: string,
    _version: number,
    data: Record<string, unknown>,
  ): void {
    this.rows.set(`${stream} ${key}`, data);
  }
}

interface Play {
  witness?: boolean;
  engine?: typeof run;
}

async function play(drawn: History, options: Play = {}): Promise<void> {
  const office = await openOffice(drawn);
  const { simulator, clock } = office;
  const destination = new Rows();
  const readOnce = (killAfter?: number) =>
    read({ simulator, clock, streams, mode: 'incremental', destination, killAfter, ...options });
  try {
    await readOnce();
    for (const { deeds, pause, kill } of drawn.runs) {
      clock.advance(pause * 500);
      office.doAll(deeds);
      clock.advance(pause * 500 + 1_000);
      office.isBusy = true;
      await readOnce(kill);
      office.isBusy = false;
      clock.advance(2_000);
      const { failures } = await readOnce();
      expect([...(failures ?? [])]).toEqual([]);
      const rowOf = (stream: string, id: number | string) => destination.rows.get(`${stream} ${id}`);
      expect(differences(simulator, rowOf).join('\n')).toBe('');
      const gone = destination.events.flatMap((event: SyncEvent) =>
        event.type === 'gone' ? event.ids.map((id) => [event.stream, id] as const) : [],
      );
      expect(gone.filter(([stream, id]) => simulator.account.has(stream, id))).toEqual([]);
    }
  } finally {
    await simulator.close();
  }
}

test('after each incremental run the destination has the links and tags of the account', async () => {
  const numRuns = Number(process.env.KOMMO_PROPERTY_RUNS ?? 40);
  await fc.assert(
    fc.asyncProperty(history, (drawn) => play(drawn)),
    { numRuns, seed: 1 },
  );
}, 300_000);

/** Events that name the record that they are about, and not the one that it was linked to. */
const oneSided: typeof run = (options) =>
  run({
    ...options,
    client: {
      ...options.client,
      async list(request) {
        const page = await options.client.list(request);
        if (request.path !== '/api/v4/events') return page;
        const rows = page.rows.map((row) => ({ ...(row as object), value_after: [], value_before: [] }));
        return { ...page, rows };
      },
    },
  });

test.each<[string, Play]>([
  ['without the witness', { witness: false }],
  ['with one side of a link alone', { engine: oneSided }],
])(
  '%s, links and tags go stale',
  async (_, options) => {
    const check = await fc.check(
      fc.asyncProperty(history, (drawn) => play(drawn, options)),
      { numRuns: 60, seed: 1, endOnFailure: true },
    );
    expect(check.failed).toBe(true);
    expect(String(check.errorInstance)).toMatch(/expected '(?:leads|contacts|companies|customers) \d+: /);
  },
  120_000,
);
