import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Doubt, doubts } from '../../src/readings.ts';
import { streams } from '../../streams/index.ts';
import { history as historyOfTheLog } from './office.ts';
import { allReadings, history } from './scenario.ts';

/** Doubts that leave nothing to read, and where they are tested. */
const elsewhere: Readonly<Record<string, string>> = {
  eventsReach: 'test/doctor/doctor.test.ts: what the log has forgotten is nowhere',
  ifModifiedSince: 'test/doctor/doctor.test.ts: the connector does not ask like that',
};

/** What the event log tells, and whether it is the only one to tell it: `office.ts` draws it. */
const ofTheLog = [
  ...['linksTouch', 'tagsTouch', 'mergesTouch', 'restoresTouch'],
  ...['linkEvents', 'mergedTells', 'eventTypes'],
];

const drawn = fc.sample(history, { numRuns: 2_000, seed: 1 });

test.each(Object.entries<Doubt>(doubts))(
  '%s: each of its readings is drawn by the property',
  (name, doubt) => {
    if (name in elsewhere || ofTheLog.includes(name)) return;
    const said = drawn
      .flatMap(allReadings)
      .map((readings) => (readings as Record<string, unknown>)[name] ?? doubt.values[0]);
    // What lists differ in is said for some of them, and the others are as usual.
    const seen = new Set(
      said.flatMap((one) => (typeof one === 'object' ? [doubt.values[0], ...Object.values(one!)] : [one])),
    );
    expect([...seen]).toEqual(expect.arrayContaining([...doubt.values]));
  },
);

test.each(ofTheLog)('%s: each of its readings is drawn by the property of the event log', (name) => {
  const seen = new Set<unknown>(
    fc.sample(historyOfTheLog, { numRuns: 500, seed: 1 }).flatMap(({ readings }) => {
      const value = (readings as Record<string, unknown>)[name];
      return typeof value === 'object' ? Object.values(value!) : [value];
    }),
  );
  expect([...seen]).toEqual(expect.arrayContaining([...(doubts as Record<string, Doubt>)[name]!.values]));
});

test('what is tested elsewhere is a doubt', () => {
  expect(Object.keys(doubts)).toEqual(expect.arrayContaining([...Object.keys(elsewhere), ...ofTheLog]));
});

test('every stream of the catalogue is drawn', () => {
  expect(new Set(drawn.map(({ stream }) => stream))).toEqual(new Set(streams.map(({ name }) => name)));
});

test('lists are refused, and names gone, for some of the runs', () => {
  const troubles = drawn.flatMap(({ runs }) => runs.map(({ trouble }) => trouble));
  expect(new Set(troubles)).toEqual(new Set([undefined, 'refused', 'renamed']));
  // Of a stream with several lists some are refused, and some are not.
  const notes = drawn.filter(({ stream }) => stream === 'notes').map(({ readings }) => readings.refused);
  expect(new Set(notes.map((refused) => Object.keys(refused ?? {}).length))).toEqual(new Set([1, 2, 3]));
});

test('runs are killed, resumed, change their mode and their start, both ways', () => {
  const pairs = drawn.flatMap(({ runs }) => runs.slice(1).map((run, index) => [runs[index]!, run] as const));
  expect(pairs.some(([one, next]) => one.kill !== undefined && one.mode !== next.mode)).toBe(true);
  const starts = pairs.map(([one, next]) => (one.startDays ?? 1e9) - (next.startDays ?? 1e9));
  expect(starts.some((difference) => difference > 0)).toBe(true);
  expect(starts.some((difference) => difference < 0)).toBe(true);
  expect(new Set(drawn.map(({ readers }) => readers))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  expect(drawn.some(({ turns }) => turns.length > 1)).toBe(true);
});
