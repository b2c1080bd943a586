import { expect, test } from 'vitest';
import { namedFaults } from '../../src/simulator/faults.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ask, ids, records, testClock, trueIds, withAccount } from './ask.ts';

/** What a raw reader gets: the status, or what went wrong. */
async function raw(
  simulator: Simulator,
  path = 'leads?limit=5&page=2',
): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`${simulator.url}/api/v4/${path}`, {
    headers: { authorization: `Bearer ${simulator.token}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(300),
  });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

async function underFault(name: string, look: (simulator: Simulator) => Promise<void>): Promise<void> {
  await withAccount({ leads: 20 }, async (simulator) => {
    simulator.faults.addNamed(name);
    await look(simulator);
  });
}

test.each([
  ['rate-limited', 429],
  ['rate-limited-silent', 429],
  ['server-error', 500],
  ['bad-gateway', 502],
  ['unavailable', 503],
  ['timeout', 504],
  ['unauthorized', 401],
  ['payment', 402],
  ['forbidden', 403],
  ['not-found', 404],
  ['early-end', 204],
  ['redirect', 302],
])('%s answers %i', async (name, status) => {
  await underFault(name, async (simulator) => {
    expect((await raw(simulator)).status).toBe(status);
  });
});

test.each(['reset', 'reset-body', 'stall'])('%s leaves the reader without an answer', async (name) => {
  await underFault(name, async (simulator) => {
    await expect(raw(simulator)).rejects.toThrow();
  });
});

test('bodies that are no documents', async () => {
  for (const name of ['cut', 'invalid-json', 'empty']) {
    await underFault(name, async (simulator) => {
      const { status, text } = await raw(simulator);
      expect(status).toBe(200);
      expect(() => JSON.parse(text)).toThrow();
    });
  }
  await underFault('content-type', async (simulator) => {
    expect((await raw(simulator)).type).toBe('text/html');
  });
});

test('documents that lie', async () => {
  await underFault('next-same', async (simulator) => {
    const { body } = await ask(simulator, 'leads?limit=5&page=2');
    expect(body._links.next.href).toBe(body._links.self.href);
  });
  await underFault('next-elsewhere', async (simulator) => {
    expect((await ask(simulator, 'leads')).body._links.next.href).not.toContain(simulator.url);
  });
  await underFault('repeat', async (simulator) => {
    const page = async (number: number) =>
      records(await ask(simulator, `leads?limit=5&page=${number}`)).map((lead) => lead.id);
    expect(await page(2)).toEqual(await page(1));
  });
  await underFault('not-an-object', async (simulator) => {
    expect(records(await ask(simulator, 'leads'))[1]).toBe('text');
  });
  await underFault('without-id', async (simulator) => {
    expect('id' in records(await ask(simulator, 'leads'))[1]).toBe(false);
  });
  await underFault('text-for-object', async (simulator) => {
    expect(records(await ask(simulator, 'leads'))[0]._embedded).toBe('text');
  });
});

test('heavy pages time out, smaller ones do not', async () => {
  await underFault('heavy', async (simulator) => {
    expect((await raw(simulator, 'leads?limit=250')).status).toBe(504);
    expect((await raw(simulator, 'leads?limit=100')).status).toBe(200);
  });
});

test('heavy pages can take long to time out, smaller ones come at once', async () => {
  const slept: number[] = [];
  const clock = { ...testClock(), sleep: async (milliseconds: number) => void slept.push(milliseconds) };
  await withAccount({ leads: 20, clock }, async (simulator) => {
    simulator.faults.addNamed('heavy-late');
    expect((await raw(simulator, 'leads?limit=100')).status).toBe(200);
    expect(slept).toEqual([]);
    expect((await raw(simulator, 'leads?limit=250')).status).toBe(504);
    expect(slept).toEqual([20_000]);
  });
});

test('a ban holds for everything until it is lifted', async () => {
  await withAccount({ leads: 5 }, async (simulator) => {
    simulator.faults.addNamed('ban', { list: 'users', times: 1 });
    expect((await raw(simulator, 'leads')).status).toBe(200);
    for (const path of ['users', 'leads', 'account']) {
      const reply = await raw(simulator, path);
      expect([reply.status, reply.type]).toEqual([403, 'text/html']);
      expect(reply.text).toContain('nginx');
    }
    simulator.faults.clear();
    expect((await raw(simulator, 'leads')).status).toBe(200);
  });
});

test('a huge answer is made while it is sent, and can be refused halfway', async () => {
  await withAccount({ leads: 5 }, async (simulator) => {
    simulator.faults.add({ fault: { kind: 'huge', bytes: 3_000_000 }, times: 1 });
    const { text } = await raw(simulator);
    expect(text.length).toBeGreaterThanOrEqual(3_000_000);
    expect(JSON.parse(text)).toEqual({});
    simulator.faults.addNamed('huge');
    const response = await fetch(`${simulator.url}/api/v4/leads`, {
      headers: { authorization: `Bearer ${simulator.token}` },
    });
    await response.body!.cancel();
  });
});

test('a slow body arrives whole', async () => {
  await withAccount({ leads: 50 }, async (simulator) => {
    simulator.faults.add({ fault: { kind: 'slow', milliseconds: 60 } });
    expect(records(await ask(simulator, 'leads'))).toHaveLength(50);
  });
});

test('rules choose by list, count and chance; a function chooses freely', async () => {
  await withAccount(
    {
      leads: 50,
      fault: (request) =>
        request.parameters.get('page') === '7' ? { kind: 'status', status: 500 } : undefined,
    },
    async (simulator) => {
      expect((await raw(simulator, 'leads?page=7')).status).toBe(500);
      simulator.faults.addNamed('timeout', { list: 'contacts', after: 1, times: 2 });
      const statuses = [];
      for (let request = 0; request < 5; request++) statuses.push((await raw(simulator, 'contacts')).status);
      expect(statuses).toEqual([200, 504, 504, 200, 200]);
      expect((await raw(simulator, 'leads')).status).toBe(200);
      simulator.faults.addNamed('server-error', { share: 0.5, list: 'tasks' });
      const chances = [];
      for (let request = 0; request < 40; request++) chances.push((await raw(simulator, 'tasks')).status);
      expect(new Set(chances)).toEqual(new Set([200, 500]));
    },
  );
});

test('every named fault passes, and then the account is whole', async () => {
  await withAccount({ leads: 30 }, async (simulator) => {
    for (const name of Object.keys(namedFaults).filter(
      (fault) => !['slow', 'huge', 'stall'].includes(fault),
    )) {
      simulator.faults.addNamed(name, { times: 1 });
      await raw(simulator).catch(() => undefined);
      simulator.faults.clear();
    }
    expect(await ids(simulator, 'leads')).toEqual(trueIds(simulator, 'leads'));
    expect(() => simulator.faults.addNamed('nonsense')).toThrow(/there are: /);
  });
});

test('closing does not wait for readers', async () => {
  await withAccount({ leads: 20 }, async (simulator) => {
    simulator.faults.addNamed('stall');
    const waiting = fetch(`${simulator.url}/api/v4/leads`, {
      headers: { authorization: `Bearer ${simulator.token}` },
    })
      .then((response) => response.text())
      .catch(() => 'broken');
    await new Promise((resolve) => setTimeout(resolve, 30));
    await simulator.close();
    expect(await waiting).toBe('broken');
  }).catch(() => undefined);
});
