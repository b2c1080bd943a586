import type { ListDeclaration } from './list-declaration.ts';
import { type Filter, type ListQuery, QueryError } from './query.ts';
import { type Readings, readingFor } from './readings.ts';

/** The seconds that a time may have, both ends included. */
export interface SecondRange {
  low: number;
  high: number;
}

/** What a record says under a key. */
export type ValueOf = (key: string) => unknown;

/** What the filters of a request leave of a list. */
export interface Condition {
  created: SecondRange | undefined;
  updated: SecondRange | undefined;
  /** Whatever the two time columns cannot decide. */
  tests: ((value: ValueOf) => boolean)[];
  /** Ids asked for by name, when that is a filter. */
  ids: string[] | undefined;
}

const EVER = 4_294_967_295;

/** Turns the filters of a request into a condition. Filters that the list does not know are overlooked. */
export function conditionOf(list: ListDeclaration, query: ListQuery, readings: Readings): Condition {
  const condition: Condition = { created: undefined, updated: undefined, tests: [], ids: undefined };
  for (const [name, filter] of query.filters) {
    // The Drive names the time in a part of the filter (kommo-api.md §18.3).
    const date = name === 'date' ? (filter.deeper.get('type') ?? 'created_at') : name;
    if (list.dates.includes(date)) addDate(condition, list, date, filter, readings);
    else if (name === list.identity && name in list.values) condition.ids = listed(filter);
    else if (name === 'type' && list.name === 'events') addTypes(condition, filter, readings);
    else if (name in list.values) addValue(condition, list.values[name]!, filter);
    else if (name === 'statuses' && list.name === 'leads') addStages(condition, filter);
  }
  refuse(list, query);
  const search = query.search?.toLowerCase();
  if (search)
    condition.tests.push((value) =>
      String(value('name') ?? '')
        .toLowerCase()
        .includes(search),
    );
  return condition;
}

function addDate(
  condition: Condition,
  list: ListDeclaration,
  name: string,
  filter: Filter,
  readings: Readings,
): void {
  const range = secondRange(list, name, filter, readings);
  if (name === 'created_at') condition.created = range;
  else if (name === 'updated_at') condition.updated = range;
  else {
    condition.tests.push((value) => {
      const second = value(name);
      return typeof second === 'number' && second >= range.low && second <= range.high;
    });
  }
}

function secondRange(list: ListDeclaration, name: string, filter: Filter, readings: Readings): SecondRange {
  let { from, to } = filter;
  const [scalar] = filter.values;
  if (scalar !== undefined) {
    // The old form of events: two seconds with a comma between them (kommo-api.md §15).
    if (scalar.includes(',')) [from, to] = scalar.split(',');
    else {
      const meaning = readings.scalarDate === 'documented' ? list.scalarDate : readings.scalarDate;
      const second = seconds(name, scalar);
      return meaning === 'equal' ? { low: second, high: second } : { low: second + 1, high: EVER };
    }
  }
  const low = from === undefined ? 0 : seconds(name, from) + (readings.lowerBound === 'inclusive' ? 0 : 1);
  const high = to === undefined ? EVER : seconds(name, to) - (readings.upperBound === 'inclusive' ? 0 : 1);
  return { low, high };
}

function seconds(name: string, text: string): number {
  const value = Number(text);
  // Fractions are accepted and echoed (observed-data.md §5).
  if (text === '' || !Number.isFinite(value))
    throw new QueryError(`filter.${name}`, 'This value should be an integer.');
  return Math.floor(value);
}

function addValue(condition: Condition, key: string, filter: Filter): void {
  const wanted = new Set(listed(filter));
  if (filter.from !== undefined || filter.to !== undefined) {
    const low = Number(filter.from ?? Number.NEGATIVE_INFINITY);
    const high = Number(filter.to ?? Number.POSITIVE_INFINITY);
    condition.tests.push((value) => Number(value(key)) >= low && Number(value(key)) <= high);
  } else if (wanted.size > 0) {
    condition.tests.push((value) => {
      const found = value(key);
      return wanted.has(typeof found === 'boolean' ? (found ? '1' : '0') : String(found));
    });
  }
}

/** One type that is refused refuses the request, and one that is overlooked undoes the filter. */
function addTypes(condition: Condition, filter: Filter, readings: Readings): void {
  const fates = listed(filter).map((type) => readingFor(readings, 'eventTypes', type));
  if (fates.includes('rejected'))
    throw new QueryError('filter.type', 'One or more of the given values is invalid.');
  if (!fates.includes('ignored')) addValue(condition, 'type', filter);
}

function addStages(condition: Condition, filter: Filter): void {
  const stages = [...filter.deeper.keys()]
    .filter((part) => part.endsWith('.status_id'))
    .map((part) => {
      const pipeline = filter.deeper.get(part.replace('status_id', 'pipeline_id'));
      return `${pipeline}/${filter.deeper.get(part)}`;
    });
  condition.tests.push((value) => stages.includes(`${value('pipeline_id')}/${value('status_id')}`));
}

/** Combinations that are documented to be refused (kommo-api.md §12, §15). */
function refuse(list: ListDeclaration, query: ListQuery): void {
  const count = (name: string) => listed(query.filters.get(name)).length;
  if (list.name === 'events') {
    if (count('entity_id') > 0 && count('entity') !== 1) {
      throw new QueryError('filter.entity', 'filter[entity_id] needs exactly one filter[entity].');
    }
    for (const [name, most] of [
      ['id', 100],
      ['created_by', 10],
      ['entity_id', 10],
    ] as const) {
      if (count(name) > most)
        throw new QueryError(`filter.${name}`, `This collection should contain ${most} elements or less.`);
    }
  }
  if (list.name === 'tasks' && count('entity_id') > 0 && count('entity_type') === 0) {
    throw new QueryError('filter.entity_type', 'filter[entity_id] needs filter[entity_type].');
  }
}

/** Values may be repeated or joined by commas (kommo-api.md §1). */
function listed(filter: Filter | undefined): string[] {
  return filter === undefined ? [] : filter.values.flatMap((value) => value.split(','));
}
