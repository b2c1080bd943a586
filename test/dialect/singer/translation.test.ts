import { describe, expect, it } from 'vitest';
import type { CatalogEntry } from '../../../src/dialect/singer/catalog.ts';
import { type MetricPoint, Metrics } from '../../../src/dialect/singer/metrics.ts';
import { planTap } from '../../../src/dialect/singer/plan.ts';
import { Bookmarks } from '../../../src/dialect/singer/state.ts';
import { translate } from '../../../src/dialect/singer/translation.ts';
import { NotAvailableError } from '../../../src/errors.ts';
import type { SyncEvent } from '../../../src/sync/event.ts';
import type { StreamState } from '../../../src/sync/state.ts';
import { streamOfThings, thing } from './stream-of-things.ts';

const state: StreamState = {
  version: 1,
  mode: 'incremental',
  finished: 1,
  through: 1_700_000_000,
  from: 0,
  known: '',
  newestFirst: 0,
  until: 1_700_000_000,
  done: '',
  rows: -1,
  requests: -1,
};
const readAt = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

interface Setup {
  state?: unknown;
  activateVersions?: boolean;
  metadata?: Record<string, unknown>;
  cursor?: string | undefined;
}

function tapOf(setup: Setup = {}) {
  const stream = streamOfThings({}, 'cursor' in setup ? { cursor: setup.cursor } : {});
  const warnings: string[] = [];
  const lines: string[] = [];
  const points: MetricPoint[] = [];
  let now = readAt;
  const clock = { now: () => now, sleep: async () => {} };
  const log = (level: string, message: string) => {
    if (level === 'warn') warnings.push(message);
  };
  const bookmarks = new Bookmarks(setup.state, 'state.json');
  const entry: CatalogEntry = {
    tap_stream_id: 'things',
    metadata: [{ breadcrumb: [], metadata: { selected: true, ...setup.metadata } }],
  };
  const streams = planTap({
    streams: [stream],
    named: new Set(),
    catalog: { streams: [entry] },
    bookmarks,
    options: { activateVersions: setup.activateVersions ?? false, flattening: undefined },
    now,
    log,
  });
  const translation = translate({
    streams,
    bookmarks,
    write: async (text) => void lines.push(...text.split('\n')),
    metrics: new Metrics((point) => points.push(point), clock, new Map([['things', '/api/v4/things']])),
    log,
    clock,
  });
  return {
    streams,
    warnings,
    points,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Plays the events and gives every message that came out. */
    play: async (...events: SyncEvent[]) => {
      await translation.begin();
      for (const event of events) await translation.emit(event);
      await translation.end();
      return lines.map((line) => JSON.parse(line));
    },
  };
}

const records = (count: number): SyncEvent => ({
  type: 'records',
  stream: 'things',
  readAt,
  records: Array.from({ length: count }, (_, index) => ({
    data: { ...thing, id: index + 1 },
    changes: undefined,
  })),
});
const started: SyncEvent = { type: 'started', stream: 'things' };
const checkpoint: SyncEvent = { type: 'checkpoint', stream: 'things', state };
const finished: SyncEvent = { type: 'finished', stream: 'things', records: 2, requests: 3 };

describe('the lines of a tap', () => {
  it('are SCHEMA, RECORD and STATE, and nothing else', async () => {
    const messages = await tapOf().play(started, records(2), checkpoint, finished);
    expect(messages.map((message) => message.type)).toEqual(['SCHEMA', 'RECORD', 'RECORD', 'STATE']);
    expect(messages[0]).toMatchObject({
      stream: 'things',
      key_properties: ['id'],
      bookmark_properties: ['updated_at'],
    });
    expect(messages[1]).toEqual({
      type: 'RECORD',
      stream: 'things',
      record: thing,
      time_extracted: '2026-01-02T03:04:05.678Z',
    });
    expect(messages[3]).toEqual({
      type: 'STATE',
      value: {
        bookmarks: {
          things: { ...state, replication_key: 'updated_at', replication_key_value: state.through },
        },
      },
    });
  });

  it('begin with the state that came in, and end with a state', async () => {
    const failed: SyncEvent = { ...finished, error: new Error('no') };
    const messages = await tapOf({ state: { bookmarks: { other: { position: 7 } } } }).play(
      started,
      records(1),
      failed,
    );
    expect(messages.map((message) => message.type)).toEqual(['STATE', 'SCHEMA', 'RECORD', 'STATE']);
    expect(messages[0]).toEqual(messages.at(-1));
    expect(messages[0].value).toEqual({ bookmarks: { other: { position: 7 } } });
  });

  it('hold a state even when nothing is to be read', async () => {
    const tap = tapOf({ metadata: { selected: false } });
    expect(await tap.play()).toEqual([{ type: 'STATE', value: { bookmarks: {} } }]);
    expect(tap.warnings).toEqual([expect.stringContaining('no stream')]);
  });

  it('do not repeat a state', async () => {
    const messages = await tapOf().play(started, checkpoint, checkpoint, finished);
    expect(messages.map((message) => message.type)).toEqual(['SCHEMA', 'STATE']);
  });

  it('warn once of each column whose values could not be delivered', async () => {
    const tap = tapOf();
    const event = records(3) as SyncEvent & { type: 'records' };
    for (const record of event.records) record.changes = [{ field: 'price', change: 'NULLED' }];
    await tap.play(started, event, checkpoint, finished);
    expect(tap.warnings).toHaveLength(1);
    expect(tap.warnings[0]).toMatch(/things: price .* record 1\./);
  });
});

describe('ACTIVATE_VERSION', () => {
  const fullTable = { activateVersions: true, metadata: { 'replication-method': 'FULL_TABLE' } };

  it('follows the records of a full table, all of the same version', async () => {
    const messages = await tapOf(fullTable).play(started, records(2), checkpoint, finished);
    expect(messages.map((message) => message.type)).toEqual([
      'SCHEMA',
      'RECORD',
      'RECORD',
      'STATE',
      'ACTIVATE_VERSION',
      'STATE',
    ]);
    expect(new Set([messages[1].version, messages[2].version, messages[4].version])).toEqual(
      new Set([readAt]),
    );
  });

  it('is not sent when the table could not be read in full', async () => {
    const failed: SyncEvent = { ...finished, error: new Error('no') };
    const messages = await tapOf(fullTable).play(started, records(1), failed);
    expect(messages.map((message) => message.type)).not.toContain('ACTIVATE_VERSION');
  });

  it('is not for incremental streams', async () => {
    const messages = await tapOf({ activateVersions: true }).play(started, records(1), checkpoint, finished);
    expect(JSON.stringify(messages)).not.toMatch(/ACTIVATE_VERSION|"version":1\d/);
  });

  const cutOff = { mode: 'full_refresh', finished: 0, until: Math.floor(readAt / 1000) - 60 };

  it('keeps the version of the read that it goes on with', async () => {
    const unfinished = { ...state, ...cutOff, table_version: 42 };
    const tap = tapOf({ ...fullTable, state: { bookmarks: { things: unfinished } } });
    expect(tap.streams[0]?.planned.state).toMatchObject({ finished: 0 });
    expect((await tap.play(started, records(1), checkpoint, finished)).at(-2)).toEqual({
      type: 'ACTIVATE_VERSION',
      stream: 'things',
      version: 42,
    });
  });

  it('starts a read again that was cut off more than a day ago', () => {
    const unfinished = { ...state, ...cutOff, until: cutOff.until - 86_400, table_version: 42 };
    const tap = tapOf({ ...fullTable, state: { bookmarks: { things: unfinished } } });
    expect(tap.streams[0]?.planned.state).toBeUndefined();
  });

  it('starts a read again whose first rows went out without a version', () => {
    const unfinished = { ...state, ...cutOff };
    const tap = tapOf({ ...fullTable, state: { bookmarks: { things: unfinished } } });
    expect(tap.streams[0]?.planned.state).toBeUndefined();
  });
});

describe('the plan', () => {
  it.each<[string, Setup, string, number]>([
    ['a cursor makes a stream incremental', {}, 'incremental', 0],
    ['FULL_TABLE is served', { metadata: { 'replication-method': 'FULL_TABLE' } }, 'full_refresh', 0],
    ['LOG_BASED is not', { metadata: { 'replication-method': 'LOG_BASED' } }, 'incremental', 1],
    [
      'nor is INCREMENTAL without a cursor',
      { cursor: undefined, metadata: { 'replication-method': 'INCREMENTAL' } },
      'full_refresh',
      1,
    ],
    ['nor another replication key', { metadata: { 'replication-key': 'created_at' } }, 'incremental', 1],
    ['the own replication key is fine', { metadata: { 'replication-key': 'updated_at' } }, 'incremental', 0],
  ])('%s', (_name, setup, mode, warnings) => {
    const tap = tapOf(setup);
    expect(tap.streams[0]?.planned.mode).toBe(mode);
    expect(tap.warnings).toHaveLength(warnings);
  });

  it.each([
    [[], [], 0],
    [['id'], ['id'], 0],
    [['name'], ['id'], 1],
  ])('announces for the key %j the key %j', (asked, announced, warnings) => {
    const tap = tapOf({ metadata: { 'table-key-properties': asked } });
    expect(tap.streams[0]?.key).toEqual(announced);
    expect(tap.warnings).toHaveLength(warnings);
  });
});

describe('metrics', () => {
  it('tell what was added, every minute and at the end', async () => {
    const tap = tapOf();
    tap.advance(1_000);
    await tap.play(started, records(2));
    tap.advance(61_000);
    await tap.play(records(3), finished);
    const counted = tap.points.filter((point) => point.metric === 'record_count').map((point) => point.value);
    expect(counted).toEqual([5, 0]);
    expect(
      tap.points.filter((point) => point.metric === 'http_request_count').map((point) => point.value),
    ).toEqual([0, 3]);
    expect(tap.points.at(-1)).toMatchObject({
      type: 'timer',
      metric: 'sync_duration',
      value: 61,
      tags: { stream: 'things', status: 'succeeded' },
    });
  });

  it.each([
    [200, { endpoint: '/api/v4/things', http_status_code: 200, status: 'succeeded' }],
    [503, { endpoint: '/api/v4/things', http_status_code: 503, status: 'failed' }],
    [undefined, { endpoint: '/api/v4/things', status: 'failed' }],
  ])('time a request in seconds (answer %s)', (httpStatus, tags) => {
    const points: MetricPoint[] = [];
    const clock = { now: () => readAt, sleep: async () => {} };
    new Metrics((point) => points.push(point), clock, new Map()).request('/api/v4/things', 1_500, httpStatus);
    expect(points).toEqual([{ type: 'timer', metric: 'http_request_duration', value: 1.5, tags }]);
  });
});

describe('what the account cannot have', () => {
  const setup = { activateVersions: true, metadata: { 'replication-method': 'FULL_TABLE' } };
  const typesOf = async (end: Partial<SyncEvent>) => {
    const messages = await tapOf(setup).play(started, records(2), checkpoint, {
      ...finished,
      ...end,
    } as SyncEvent);
    return messages.map((message) => message.type);
  };

  it('keeps the rows that a target has of it', async () => {
    expect(await typesOf({})).toContain('ACTIVATE_VERSION');
    expect(await typesOf({ uncovered: [{ entity_type: 'customers' }] })).not.toContain('ACTIVATE_VERSION');
    expect(
      await typesOf({ unavailable: new NotAvailableError('not in the plan', 402, 'a larger plan') }),
    ).not.toContain('ACTIVATE_VERSION');
  });
});
