import { expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ask, withAccount } from './ask.ts';

/** Asks the second host, for a path below /v1.0/. */
async function askDrive({ driveUrl, token }: Simulator, path: string) {
  const response = await fetch(`${driveUrl}/v1.0/${path}`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('a refused list says so with its status, and the others are served', async () => {
  await withAccount({ leads: 20 }, async (simulator) => {
    const { account, readings } = simulator;
    const [talk] = account.ids('talks');
    readings.refused = { customers: 402, talk_messages: 403, webhooks: 404, customer_segments: 422 };
    const replies = ['customers', `talks/${talk}/messages`, 'webhooks', 'customers/segments', 'talks'];
    const statuses = await Promise.all(replies.map(async (path) => (await ask(simulator, path)).status));
    expect(statuses).toEqual([402, 403, 404, 422, 200]);
    expect((await ask(simulator, 'customers')).headers.get('content-type')).toBe('application/problem+json');
    expect((await ask(simulator, 'account')).body.customers_mode).toBe('unavailable');
    readings.refused = { files: 403 };
    expect((await askDrive(simulator, 'files')).status).toBe(403);
  });
});

test('what a file hangs on is spelled in one of two ways', async () => {
  await withAccount({ leads: 20 }, async (simulator) => {
    const [uuid] = simulator.account.ids('files');
    const entities = async () => (await ask(simulator, `files/${uuid}/links`)).body.entities;
    expect(Object.keys((await entities())[0])).toEqual(['entity_id', 'entity_type']);
    simulator.readings.fileLinks = 'id';
    expect(Object.keys((await entities())[0])).toEqual(['id', 'type']);
  });
});
