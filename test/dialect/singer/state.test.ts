import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bookmarks } from '../../../src/dialect/singer/state.ts';
import { ConfigError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';
import type { StreamState } from '../../../src/sync/state.ts';

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

function read(value: unknown): Bookmarks {
  return new Bookmarks(value, 'state.json');
}

function written(bookmarks: Bookmarks) {
  return JSON.parse(bookmarks.line());
}

describe('bookmarks', () => {
  it('come back as they were written', () => {
    const entry = {
      version: fc.constant(1 as const),
      mode: fc.constantFrom('full_refresh' as const, 'incremental' as const),
      finished: fc.constantFrom(0 as const, 1 as const),
      through: fc.integer({ min: -1 }),
      from: fc.integer({ min: 0 }),
      known: fc.string(),
      until: fc.integer({ min: -1 }),
      done: fc.string(),
      rows: fc.integer({ min: -1 }),
      newestFirst: fc.constantFrom(0 as const, 1 as const),
      requests: fc.integer({ min: -1 }),
    };
    const lists = fc.dictionary(fc.constantFrom('leads', 'contacts'), fc.record(entry));
    const arbitrary = fc.oneof(fc.record(entry), fc.record({ ...entry, lists }));
    fc.assert(
      fc.property(arbitrary, (given) => {
        const before = new Bookmarks(undefined, 'state.json');
        before.advance('leads', given, 'updated_at');
        // What a target hands on is the value alone; what a person copies may be the whole message.
        for (const kept of [
          written(before).value,
          written(before),
          { singer_state: written(before).value },
        ]) {
          expect(read(kept).of('leads', silentLog)).toEqual(given);
        }
      }),
    );
  });

  it.each([
    ['an empty file', undefined],
    ['an empty object', {}],
    ['null', null],
    ['a STATE message without a value', { type: 'STATE' }],
    ['no bookmarks', { bookmarks: {} }],
    ['null for bookmarks', { bookmarks: null }],
  ])('start from nothing with %s', (_name, json) => {
    const bookmarks = read(json);
    expect(bookmarks.empty).toBe(true);
    expect(bookmarks.of('leads', silentLog)).toBeUndefined();
    expect(written(bookmarks)).toEqual({ type: 'STATE', value: { bookmarks: {} } });
  });

  it('keep what they do not know', () => {
    const foreign = {
      bookmarks: { other: { replication_key_value: 'x' }, leads: { ...state, note: 'kept' } },
      root: 1,
    };
    const bookmarks = read(foreign);
    expect(written(bookmarks).value).toEqual(foreign);
    bookmarks.advance('leads', { ...state, through: 5 }, undefined);
    expect(written(bookmarks).value).toEqual({
      bookmarks: { ...foreign.bookmarks, leads: { ...state, through: 5, note: 'kept' } },
      root: 1,
    });
  });

  it.each([
    ['text', 'yesterday'],
    ['a foreign bookmark', { replication_key: 'updated_at', replication_key_value: '2026-01-01' }],
    ['a bound that is no integer', { ...state, through: 1.5 }],
    ['a list', []],
  ])('restart a stream whose bookmark is %s, with a warning', (_name, bookmark) => {
    const warnings: string[] = [];
    const bookmarks = read({ bookmarks: { leads: bookmark, tasks: state } });
    expect(bookmarks.of('leads', (_level, message) => warnings.push(message))).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('leads');
    expect(bookmarks.of('tasks', silentLog)).toEqual(state);
  });

  describe('whose replication_key_value was set', () => {
    const withDone = { ...state, done: '1700000100-1700000200' };
    const given = (value: unknown, more: object = {}) => {
      const warnings: string[] = [];
      const bookmark = { ...withDone, replication_key: 'updated_at', replication_key_value: value, ...more };
      const found = read({ bookmarks: { leads: bookmark } }).of('leads', (_, message) =>
        warnings.push(message),
      );
      return { found, warnings };
    };

    it.each([
      ['back', 1_600_000_000, 1_600_000_000],
      ['back as text', '1600000000', 1_600_000_000],
      ['back to a date', '2020-09-13T12:26:40Z', 1_600_000_000],
      ['back to the beginning', 0, 0],
      ['before all times', -5, -1],
    ])('%s vouch for nothing later', (_, value, second) => {
      const { found, warnings } = given(value);
      expect(found).toEqual({ ...state, through: second, until: second, done: '' });
      expect(warnings).toEqual([]);
    });

    it.each([
      ['to what it was', state.through, 0],
      ['to null', null, 0],
      ['forward', state.through + 1, 1],
      ['to prose', 'yesterday', 1],
      ['to a list', [], 1],
    ])('%s stay as they are', (_, value, warned) => {
      const { found, warnings } = given(value);
      expect(found).toEqual(withDone);
      expect(warnings).toHaveLength(warned);
    });

    it('back take every list of the stream back that was read further', () => {
      const { lists: _, ...list } = { ...withDone, lists: undefined };
      const lists = { leads: list, contacts: { ...list, through: 1_500_000_000 } };
      const { found } = given(1_600_000_000, { lists });
      expect(found?.lists).toEqual({
        leads: { ...list, through: 1_600_000_000, until: 1_600_000_000, done: '' },
        contacts: lists.contacts,
      });
    });
  });

  it('refuse a bookmark of a newer version', () => {
    const bookmarks = read({ bookmarks: { leads: { ...state, version: 2 } } });
    expect(() => bookmarks.of('leads', silentLog)).toThrow(ConfigError);
    expect(() => bookmarks.of('leads', silentLog)).toThrow(/leads .*newer/);
  });

  it.each([
    ['a list', []],
    ['a number', 5],
    ['bookmarks that are a list', { bookmarks: [] }],
  ])('refuse a file that is %s', (_name, json) => {
    expect(() => read(json)).toThrow(ConfigError);
  });

  it('forget a table version once a read goes on without one', () => {
    const bookmarks = new Bookmarks(undefined, 'state.json');
    bookmarks.advance('users', state, undefined, 1_700_000_000_123);
    expect(bookmarks.tableVersion('users')).toBe(1_700_000_000_123);
    bookmarks.advance('users', state, undefined);
    expect(bookmarks.tableVersion('users')).toBeUndefined();
  });
});
