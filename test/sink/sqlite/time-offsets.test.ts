import { describe, expect, test } from 'vitest';
import { timeOffsets } from '../../../src/sink/sqlite/time-offsets.ts';
import { checkpoint, newPath, openSink, query, records, streamNamed } from './workspace.ts';

const seconds = (time: string) => Date.parse(time) / 1000;

describe('the offsets of a time zone', () => {
  test.each([
    [
      'Europe/Berlin',
      [
        ['2023-01-01T00:00:00Z', 3600],
        ['2023-03-26T01:00:00Z', 7200],
        ['2023-10-29T01:00:00Z', 3600],
      ],
    ],
    ['Asia/Kolkata', [['2023-01-01T00:00:00Z', 19_800]]],
    ['America/Sao_Paulo', [['2023-01-01T00:00:00Z', -10_800]]],
    ['UTC', [['2023-01-01T00:00:00Z', 0]]],
  ] as [string, [string, number][]][])('%s in 2023', (zone, changes) => {
    const end = seconds('2024-01-01T00:00:00Z');
    const spans = timeOffsets(zone, seconds('2023-01-01T00:00:00Z'), end);
    expect(spans.map(({ fromAt, offsetSeconds }) => [fromAt, offsetSeconds])).toEqual(
      changes.map(([at, offset]) => [seconds(at), offset]),
    );
    expect(spans.map(({ toAt }) => toAt)).toEqual([...spans.slice(1).map(({ fromAt }) => fromAt), end]);
  });

  test('of a zone that is not known are none', () => {
    expect(timeOffsets('Mars/Olympus', 0, 1)).toEqual([]);
  });
});

describe('views', () => {
  const berlin = {
    id: 1,
    name: 'Acme',
    createdAt: seconds('2021-06-01T00:00:00Z'),
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
  };

  async function closed(account: typeof berlin | { id: number; name: string }, times: string[]) {
    const path = newPath();
    const sink = openSink(path, {
      account,
      streams: ['leads', 'pipelines', 'statuses', 'users'].map((name) => ({
        stream: streamNamed(name),
        mode: 'incremental' as const,
      })),
    });
    await sink.emit(
      records(
        'leads',
        times.map((time, id) => ({ id, closed_at: seconds(time) })),
      ),
    );
    await sink.emit(checkpoint('leads'));
    sink.close();
    return path;
  }
  const times = [
    '2022-12-31T23:30:00Z',
    '2023-07-31T22:30:00Z',
    '2023-03-26T00:59:59Z',
    '2023-03-26T01:00:00Z',
  ];
  const shown = (path: string) =>
    query(path, 'SELECT closed_at FROM leads_view ORDER BY lead_id').map(({ closed_at }) => closed_at);

  test('show times by the clock of the account, so that a month is its month', async () => {
    const path = await closed(berlin, times);
    expect(shown(path)).toEqual([
      '2023-01-01T00:30:00+01:00',
      '2023-08-01T00:30:00+02:00',
      '2023-03-26T01:59:59+01:00',
      '2023-03-26T03:00:00+02:00',
    ]);
    expect(query(path, 'SELECT currency, time_zone FROM _kommo_account')).toEqual([
      { currency: 'EUR', time_zone: 'Europe/Berlin' },
    ]);
    const [bounds] = query(path, 'SELECT min(from_at) AS low, max(to_at) AS high FROM _kommo_time_offsets');
    // The clock of the test stands in 2023.
    expect(bounds).toEqual({ low: seconds('2021-01-01T00:00:00Z'), high: seconds('2025-01-01T00:00:00Z') });
  });

  test('show the same moment as the table holds, before and after the years of the offsets too', async () => {
    const path = await closed(berlin, [...times, '1999-07-01T12:00:00Z', '2040-07-01T12:00:00Z']);
    const differing = `SELECT * FROM leads JOIN leads_view ON lead_id = id
      WHERE strftime('%s', leads_view.closed_at) <> CAST(leads.closed_at AS TEXT)`;
    expect(query(path, differing)).toEqual([]);
    expect(shown(path)).not.toContain(null);
  });

  test('show UTC where the time zone is not known', async () => {
    const path = await closed({ id: 1, name: 'Acme' }, times);
    expect(shown(path)[0]).toBe('2022-12-31T23:30:00Z');
  });

  test('follow a zone that is changed', async () => {
    const path = await closed(berlin, times);
    openSink(path, { account: { ...berlin, timeZone: 'Asia/Tokyo' } }).close();
    expect(shown(path)[0]).toBe('2023-01-01T08:30:00+09:00');
  });
});
