/** One value for all lists, or one for some of them by name (the others keep the default). */
export type PerList<T> = T | { [list: string]: T };

/** Either reading of what nobody could confirm about Kommo (kommo-api.md §20). May be changed while the account runs. */
export interface Readings {
  /** `filter[x][from]`: does the named second belong to the answer? */
  lowerBound: 'inclusive' | 'exclusive';
  /** The same for `[to]`. */
  upperBound: 'inclusive' | 'exclusive';
  /** Rows with the same value under an order: by rising id, by falling id, or in another order at each request. */
  ties: 'id' | 'reversed' | 'shuffled';
  /** `next`: when rows follow, on every page, or on none. */
  next: PerList<'honest' | 'always' | 'never'>;
  /** The most rows a page of a list holds, whatever `limit` asks for. */
  pageCap: PerList<number>;
  /** A `limit` above that: the cap is used, or the default of 50. */
  overLimit: 'clamp' | 'default';
  /** `filter[…]`: obeyed, overlooked, or answered with 400. */
  filters: PerList<'honoured' | 'ignored' | 'rejected'>;
  /** What the account says about it under `with=is_api_filter_enabled`. */
  isApiFilterEnabled: boolean;
  /** `order[…]`: obeyed or overlooked. For events `order[created_at]` has its own entry. */
  order: PerList<'honoured' | 'ignored'>;
  /** The order of a list that was not asked for one. Events have their own entry. */
  defaultOrder: PerList<'id' | 'id-descending' | 'updated_at' | 'arbitrary' | 'shuffled'>;
  eventsOrder: 'oldest' | 'newest' | 'arbitrary' | 'shuffled';
  eventsCreatedAtOrder: 'honoured' | 'ignored';
  /** `filter[x]=N`: equality for entities and "after" elsewhere (kommo-api.md §6), or one of the two everywhere. */
  scalarDate: 'documented' | 'equal' | 'after';
  dateHeader: boolean;
  /** How many seconds the server's clock is ahead of ours; its stamps follow its clock. */
  clockSkew: number;
  archivedPipelines: boolean;
  deactivatedUsers: boolean;
  /** Share (0 to 0.5) of the places on a page that are taken by rows the token may not see: pages come short. */
  shortPages: number;
  /** Pages beyond this one are answered with 204. */
  maximumPage: number | null;
  /** The account got another name: the token endpoint and the lists answer with this status. */
  renamed: 401 | 404 | null;
}

/** The reading of each fact that is the likelier one, or the kinder one where none is. */
export function defaultReadings(): Readings {
  return {
    lowerBound: 'inclusive',
    upperBound: 'inclusive',
    ties: 'id',
    next: 'honest',
    pageCap: 250,
    overLimit: 'clamp',
    filters: 'honoured',
    isApiFilterEnabled: true,
    order: 'honoured',
    defaultOrder: 'id',
    eventsOrder: 'newest',
    eventsCreatedAtOrder: 'ignored',
    scalarDate: 'documented',
    dateHeader: true,
    clockSkew: 0,
    archivedPipelines: true,
    deactivatedUsers: true,
    shortPages: 0,
    maximumPage: null,
    renamed: null,
  };
}

/** The reading that applies to a list. */
export function readingFor<T extends string | number>(reading: PerList<T>, list: string, otherwise: T): T {
  if (typeof reading !== 'object') return reading;
  return reading[list] ?? otherwise;
}

const choices: { [name in keyof Readings]: readonly (string | number | boolean | null)[] | 'number' } = {
  lowerBound: ['inclusive', 'exclusive'],
  upperBound: ['inclusive', 'exclusive'],
  ties: ['id', 'reversed', 'shuffled'],
  next: ['honest', 'always', 'never'],
  pageCap: 'number',
  overLimit: ['clamp', 'default'],
  filters: ['honoured', 'ignored', 'rejected'],
  isApiFilterEnabled: [true, false],
  order: ['honoured', 'ignored'],
  defaultOrder: ['id', 'id-descending', 'updated_at', 'arbitrary', 'shuffled'],
  eventsOrder: ['oldest', 'newest', 'arbitrary', 'shuffled'],
  eventsCreatedAtOrder: ['honoured', 'ignored'],
  scalarDate: ['documented', 'equal', 'after'],
  dateHeader: [true, false],
  clockSkew: 'number',
  archivedPipelines: [true, false],
  deactivatedUsers: [true, false],
  shortPages: 'number',
  maximumPage: 'number',
  renamed: [401, 404, null],
};
const perList = new Set(['next', 'pageCap', 'filters', 'order', 'defaultOrder']);

/**
 * Sets one reading from text, as `ties=shuffled` or, for one list, `next.leads=never`.
 * Throws an error that names what is possible.
 */
export function setReading(readings: Readings, assignment: string): void {
  const [path = '', ...rest] = assignment.split('=');
  const text = rest.join('=');
  const [name = '', list] = path.split('.');
  if (!Object.hasOwn(choices, name)) {
    throw new Error(`there is no reading "${name}"; there are: ${Object.keys(choices).join(', ')}`);
  }
  const key = name as keyof Readings;
  const value = readValue(key, text);
  const target = readings as unknown as Record<string, unknown>;
  if (list === undefined) target[key] = value;
  else if (!perList.has(key)) throw new Error(`the reading "${key}" is the same for all lists`);
  else {
    const before = target[key];
    target[key] = { ...(typeof before === 'object' ? before : {}), [list]: value };
  }
}

function readValue(name: keyof Readings, text: string): string | number | boolean | null {
  const allowed = choices[name];
  if (allowed === 'number') {
    const value = text === 'null' ? null : Number(text);
    if (text === '' || Number.isNaN(value)) throw new Error(`the reading "${name}" wants a number`);
    return value;
  }
  const found = allowed.find((choice) => String(choice) === text);
  if (found === undefined) throw new Error(`the reading "${name}" is one of: ${allowed.join(', ')}`);
  return found;
}
