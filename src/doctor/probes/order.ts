import { type Sighting, unknown } from '../finding.ts';
import type { Probe, Sightings } from '../look.ts';
import { idsOf, isSorted, numberOf, placeOf, type Reply, type Row } from '../questions.ts';
import type { Sample } from '../sample.ts';
import { share } from './filters.ts';

const distinct = (rows: readonly Row[], key: string) => new Set(rows.map((row) => numberOf(row, key))).size;
const needsTimes = unknown('would need records of three different seconds');

/** Asks each list in both directions, and twice in the rising one, which shows ties. */
export const order: Probe = {
  doubts: ['order', 'orderLapses'],
  async look({ questions, samples, rising }) {
    const sightings: Sightings = {};
    const total = { asked: 0, sorted: 0 };
    for (const { list, rows } of samples) {
      const key = list.order;
      if (key === undefined) continue;
      if (distinct(rows, key) < 3) {
        sightings[`order.${list.name}`] = needsTimes;
        continue;
      }
      const replies: Record<'asc' | 'desc', Reply[]> = { asc: [], desc: [] };
      const ask = async (direction: 'asc' | 'desc') => {
        const query = { [`order[${key}]`]: direction, limit: 250 };
        replies[direction].push(await questions.askSurely(placeOf(list.name), query));
      };
      const sorted = (way: 'asc' | 'desc') =>
        replies[way].filter(({ rows }) => isSorted(rows, key, way)).length;
      for (const direction of ['asc', 'desc', 'asc'] as const) await ask(direction);
      // An order that was never kept may have been overlooked once.
      for (const direction of ['asc', 'desc'] as const)
        while (sorted(direction) === 0 && replies[direction].length < 3) await ask(direction);
      const asked = replies.asc.length + replies.desc.length;
      const [up, down] = [sorted('asc'), sorted('desc')];
      const isKept = up > 0 && down > 0;
      sightings[`order.${list.name}`] = {
        value: isKept ? 'honoured' : 'ignored',
        isMixed: isKept && up + down < asked,
      };
      if (!isKept) continue;
      if (key !== 'id')
        rising.set(
          list.name,
          replies.asc.filter(({ rows }) => isSorted(rows, key, 'asc')),
        );
      total.asked += asked;
      total.sorted += up + down;
    }
    const { asked, sorted } = total;
    sightings.orderLapses =
      asked < 8
        ? unknown('would need more lists that keep an order')
        : {
            value: share(asked - sorted, asked),
            isMixed: sorted < asked,
            follows: `${asked - sorted} of ${asked} questions`,
          };
    return sightings;
  },
};

/** How lists come that nobody asked for an order. */
export const defaultOrder: Probe = {
  doubts: ['defaultOrder', 'eventsOrder'],
  async look({ samples }) {
    const sightings: Sightings = { eventsOrder: needsTimes };
    for (const sample of samples) {
      if (sample.list.name === 'events') sightings.eventsOrder = eventsOrder(sample);
      else sightings[`defaultOrder.${sample.list.name}`] = ownOrder(sample);
    }
    return sightings;
  },
};

function ownOrder({ first: { rows }, again }: Sample): Sighting {
  const orders = [
    ['id', isSorted(rows, 'id', 'asc')],
    ['id-descending', isSorted(rows, 'id', 'desc')],
    ['updated_at', isSorted(rows, 'updated_at', 'asc')],
  ] as const;
  const found = orders.filter(([, fits]) => fits);
  if (rows.length < 5 || distinct(rows, 'updated_at') < 3 || found.length > 1)
    return unknown('would need more records, edited in another order than they were made');
  if (found[0] !== undefined) return { value: found[0][0] };
  return { value: idsOf(rows) === idsOf(again.rows) ? 'arbitrary' : 'shuffled' };
}

function eventsOrder({ first: { rows }, again }: Sample): Sighting {
  if (distinct(rows, 'created_at') < 3) return needsTimes;
  if (isSorted(rows, 'created_at', 'desc')) return { value: 'newest' };
  if (isSorted(rows, 'created_at', 'asc')) return { value: 'oldest' };
  return { value: idsOf(rows) === idsOf(again.rows) ? 'arbitrary' : 'shuffled' };
}

/** Events in both directions of time. */
export const eventsCreatedAtOrder: Probe = {
  doubts: ['eventsCreatedAtOrder'],
  async look({ questions, samples }) {
    const sample = samples.find(({ list }) => list.name === 'events');
    if (sample === undefined || distinct(sample.rows, 'created_at') < 3)
      return { eventsCreatedAtOrder: needsTimes };
    let kept = 0;
    for (const direction of ['asc', 'desc'] as const) {
      const query = { 'order[created_at]': direction, limit: 250 };
      const { rows } = await questions.askSurely(placeOf('events'), query);
      if (rows.length > 0 && isSorted(rows, 'created_at', direction)) kept += 1;
    }
    return { eventsCreatedAtOrder: { value: kept === 2 ? 'honoured' : 'ignored' } };
  },
};

/** Enough neighbours of one second that a shuffle would hardly leave all of them in order: one chance in 64. */
const enough = 6;

/** Neighbours of the same second in answers by rising time. */
export const ties: Probe = {
  doubts: ['ties'],
  async look({ rising }) {
    let [up, down] = [0, 0];
    for (const { rows } of [...rising.values()].flat()) {
      for (const [index, row] of rows.entries()) {
        const before = rows[index - 1];
        if (before === undefined || row.updated_at !== before.updated_at) continue;
        if (numberOf(row, 'id') > numberOf(before, 'id')) up += 1;
        else down += 1;
      }
    }
    if (up > 0 && down > 0) return { ties: { value: 'shuffled' } };
    if (up + down < enough) return { ties: unknown('would need several changes within one second') };
    return { ties: { value: up > 0 ? 'id' : 'reversed' } };
  },
};
