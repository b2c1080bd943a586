import {
  type Doubt,
  type DoubtName,
  doubts,
  type ListDoubtName,
  type ReadingOf,
  readingOf,
} from '../readings.ts';

/** One value for all lists, or one for some of them by name (the others keep the default). */
export type PerList<T> = T | { [list: string]: T };

/** How the account behaves where nobody could confirm how Kommo does. May be changed while the account runs. */
export type Readings = {
  [Name in DoubtName]: Name extends ListDoubtName ? PerList<ReadingOf<Name>> : ReadingOf<Name>;
};

/** The reading of each doubt that is the likelier one, or the kinder one where none is. */
export function defaultReadings(): Readings {
  const firsts = Object.entries(doubts).map(([name, { values }]) => [name, values[0]]);
  return Object.fromEntries(firsts) as Readings;
}

/** The reading that applies to a list. */
export function readingFor<Name extends ListDoubtName>(
  readings: Readings,
  name: Name,
  list: string,
): ReadingOf<Name> {
  const reading = readings[name] as PerList<ReadingOf<Name>>;
  if (typeof reading !== 'object') return reading;
  return reading[list] ?? (doubts[name].values[0] as ReadingOf<Name>);
}

/** The status with which a list is refused. */
export function refusalOf(readings: Readings, list: string): number | undefined {
  const status = readingFor(readings, 'refused', list);
  return status === 'no' ? undefined : status;
}

/**
 * Sets one reading from text, as `ties=shuffled` or, for one list, `next.leads=never`.
 * Throws an error that names what is possible.
 */
export function setReading(readings: Readings, assignment: string): void {
  const [path = '', ...rest] = assignment.split('=');
  const [name = '', list] = path.split('.');
  if (!isDoubt(name)) {
    throw new Error(`there is no reading "${name}"; there are: ${Object.keys(doubts).join(', ')}`);
  }
  const doubt: Doubt = doubts[name];
  const value = readingOf(name, rest.join('='));
  if (value === undefined) {
    const orNumber = doubt.unit === undefined ? '' : ', or another number';
    throw new Error(`the reading "${name}" is one of: ${doubt.values.join(', ')}${orNumber}`);
  }
  const target: Record<string, unknown> = readings;
  if (list === undefined) target[name] = value;
  else if (!doubt.perList) throw new Error(`the reading "${name}" is the same for all lists`);
  else {
    const before = target[name];
    target[name] = { ...(typeof before === 'object' ? before : {}), [list]: value };
  }
}

function isDoubt(name: string): name is DoubtName {
  return Object.hasOwn(doubts, name);
}
