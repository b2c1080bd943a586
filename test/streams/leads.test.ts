/** What accounts with cents and requests with sources add to a lead. */
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { createShaper } from '../../src/stream/shape.ts';
import { leads } from '../../streams/sales/leads.ts';
import { ask, records } from '../simulator/ask.ts';

const columns = ['price', 'price_with_minor_units', 'source_id', 'source'];
const { shape } = createShaper(leads, columns, () => {});

test('cents and the name of the source come beside the whole price and the id of the source', async () => {
  const simulator = await startSimulator({ leads: 200, requestsPerSecond: null });
  try {
    const rows = records(await ask(simulator, `leads?limit=200&with=${leads.lists[0]!.with.join()}`));
    const shaped = rows.map((row) => shape(row));
    expect(shaped.flatMap(({ changes }) => changes ?? [])).toEqual([]);
    const data = shaped.map((each) => each.data as Record<string, number | string | null>);
    expect(data.some(({ price_with_minor_units }) => !Number.isInteger(price_with_minor_units))).toBe(true);
    for (const { price, price_with_minor_units } of data) {
      expect(Math.floor(price_with_minor_units as number)).toBe(price);
    }
    const sources = data.flatMap(({ source }) => (source === null ? [] : [JSON.parse(`${source}`)]));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.length).toBeLessThan(data.length);
    for (const source of sources)
      expect(source).toEqual({ id: expect.any(Number), name: expect.any(String) });
  } finally {
    await simulator.close();
  }
});

test('an account without cents has none', () => {
  expect(shape({ id: 1, price: 5 })).toEqual({
    data: { price: 5, price_with_minor_units: null, source_id: null, source: null },
    changes: undefined,
  });
});
