import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareIds, type ParentId, ParentsDone, parseParentsDone } from '../../src/sync/parents-done.ts';

const anyId = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.uuid());

test('runs that are cut off name exactly the parents that are done', () => {
  const runs = fc.array(fc.record({ asked: fc.uniqueArray(anyId), done: fc.nat(40), late: fc.nat(8) }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(runs, fc.uniqueArray(anyId, { maxLength: 3 }), (runs, refused) => {
      let text = '';
      const delivered = new Set<ParentId>();
      for (const { asked, done, late } of runs) {
        // Readers work side by side: of those that were begun, some are not done.
        const ids = asked.filter((id) => !refused.includes(id)).sort(compareIds);
        const pending = new Set(ids.filter((_, at) => at >= done || at % (late + 2) === 1));
        if (pending.size === 0) continue;
        for (const id of ids) if (!pending.has(id)) delivered.add(id);
        for (const id of pending) delivered.delete(id);
        text = parseParentsDone(text).with(ids, pending, new Set(refused)).toString();
        const said = parseParentsDone(text);
        for (const id of ids) expect([id, said.has(id)]).toEqual([id, !pending.has(id)]);
        for (const id of delivered) expect([id, said.has(id)]).toEqual([id, true]);
        for (const id of refused) expect(said.has(id)).toBe(false);
      }
    }),
  );
});

test('the text names how many rows a list held', () => {
  const rows = new Map<ParentId, number>([
    [7, 0],
    [8, 130],
    ['a-b', 31],
  ]);
  const text = `${new ParentsDone({ upTo: 9, refused: [5], rows })}`;
  expect(text).toBe('..9 !5 0=7 130=8 31=a-b');
  const said = parseParentsDone(text);
  expect(said.rows).toEqual(rows);
  expect(said.others.size).toBe(0);
});

test('the text stays small where parents are read in their order', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => index + 1);
  const pending = new Set(ids.filter((id) => id > 9_000 || id === 8_990));
  expect(`${new ParentsDone().with(ids, pending, new Set())}`).toBe(
    '..8989 8991 8992 8993 8994 8995 8996 8997 8998 8999 9000',
  );
});
