/**
 * What nobody could confirm about Kommo, in one place: the doubts, and for each the readings there are of it. The
 * simulated account can be told to behave by any reading; what is learnt of a real account is said in the same
 * words. Sections are those of the notes on the API.
 */
export interface Doubt {
  /** What differs between the readings, in one sentence. */
  readonly meaning: string;
  /** Where in kommo-api.md the doubt is described. */
  readonly section: string;
  /** The readings, the likelier or kinder one first; printed as text. */
  readonly values: readonly Reading[];
  /** What a number counts. With it any other number is a reading too, and `values` holds those to think of first. */
  readonly unit?: 'rows' | 'pages' | 'seconds' | 'share';
  /** Lists of one account may differ in it. */
  readonly perList?: true;
}

export type Reading = string | number | boolean;

export const doubts = {
  lowerBound: {
    meaning: 'Whether a record of exactly the second named as `[from]` belongs to the answer.',
    section: '§20.2',
    values: ['inclusive', 'exclusive'],
  },
  upperBound: {
    meaning: 'Whether a record of exactly the second named as `[to]` belongs to the answer.',
    section: '§20.2',
    values: ['inclusive', 'exclusive'],
  },
  filters: {
    meaning: 'What becomes of `filter[…]`: obeyed, overlooked, or answered with 400.',
    section: '§20.8',
    values: ['honoured', 'ignored', 'rejected'],
    perList: true,
  },
  filterLapses: {
    meaning: 'How often a filter that is obeyed otherwise is overlooked in a single answer.',
    section: '§20.8',
    values: [0, 0.03],
    unit: 'share',
    perList: true,
  },
  isApiFilterEnabled: {
    meaning: 'What the account says of itself under `with=is_api_filter_enabled`.',
    section: '§6',
    values: [true, false],
  },
  scalarDate: {
    meaning: '`filter[x]=N`: equality for entities and "after" elsewhere, or one of the two everywhere.',
    section: '§6',
    values: ['documented', 'equal', 'after'],
  },
  order: {
    meaning: 'What becomes of `order[…]`: obeyed or overlooked.',
    section: '§6',
    values: ['honoured', 'ignored'],
    perList: true,
  },
  orderLapses: {
    meaning: 'How often an order that is kept otherwise is overlooked in a single answer.',
    section: '§6',
    values: [0, 0.03],
    unit: 'share',
    perList: true,
  },
  defaultOrder: {
    meaning: 'The order of a list that was not asked for one; events have a doubt of their own.',
    section: '§6',
    values: ['id', 'id-descending', 'updated_at', 'arbitrary', 'shuffled'],
    perList: true,
  },
  eventsOrder: {
    meaning: 'The order in which events come.',
    section: '§20.3',
    values: ['newest', 'oldest', 'arbitrary', 'shuffled'],
  },
  eventsCreatedAtOrder: {
    meaning: 'What becomes of `order[created_at]` on events.',
    section: '§20.3',
    values: ['ignored', 'honoured'],
  },
  ties: {
    meaning: 'Rows of the same second under an order: by rising id, by falling id, or anew at each request.',
    section: '§5.7',
    values: ['id', 'reversed', 'shuffled'],
  },
  next: {
    meaning: 'When a page carries a link to the next one: when rows follow, always, or never.',
    section: '§5.2',
    values: ['honest', 'always', 'never'],
    perList: true,
  },
  pageCap: {
    meaning: 'The most rows of a page, whatever `limit` asks for.',
    section: '§20.4',
    values: [250, 100, 50],
    unit: 'rows',
    perList: true,
  },
  overLimit: {
    meaning: 'What a `limit` above the cap gets: the cap, or the default of 50.',
    section: '§20.5',
    values: ['clamp', 'default'],
  },
  shortPages: {
    meaning:
      'The share of the rows that the token may not see; they keep their places, and pages come short.',
    section: '§5.3',
    values: [0, 0.1, 0.3],
    unit: 'share',
    perList: true,
  },
  hiddenTogether: {
    meaning: 'How many neighbouring rows are hidden at a time; where it is a page, a page comes empty.',
    section: '§5.3',
    values: [1, 60],
    unit: 'rows',
  },
  cutPages: {
    meaning: 'How often a page ends early, with half of its size at least, although rows follow.',
    section: '§5.3',
    values: [0, 0.1],
    unit: 'share',
    perList: true,
  },
  prematureEnds: {
    meaning: 'How many answers are 204 although there are rows, one to three in a row.',
    section: '§5.6',
    values: [0, 0.04],
    unit: 'share',
    perList: true,
  },
  maximumPage: {
    meaning: 'The last page of a list that is given, however long the list is.',
    section: '§20.6',
    values: ['none', 100],
    unit: 'pages',
    perList: true,
  },
  beyondDepth: {
    meaning:
      'What a page behind the last one that is given brings: 204, an empty list, or the last one again.',
    section: '§20.6',
    values: ['204', 'empty', 'repeat'],
  },
  beyondEnd: {
    meaning: 'What a page behind the last row brings: 204, the last page again, or the first one.',
    section: '§5.9',
    values: ['204', 'repeat', 'circle'],
    perList: true,
  },
  dateHeader: {
    meaning: 'Whether answers say when they were given.',
    section: '§19',
    values: [true, false],
  },
  clockSkew: {
    meaning: "How far Kommo's clock is ahead of ours; its stamps follow its clock.",
    section: '§19',
    values: [0, -45, 3600],
    unit: 'seconds',
  },
  strayDate: {
    meaning:
      'How far the `Date` of one server among three is ahead of the clock by which records are stamped.',
    section: '§19',
    values: [0, 60, -60, 3600, -3600, 86_400, -86_400],
    unit: 'seconds',
  },
  archivedPipelines: {
    meaning: 'Whether archived pipelines are in the list.',
    section: '§20.24',
    values: [true, false],
  },
  deactivatedUsers: {
    meaning: 'Whether deactivated users are in the list.',
    section: '§20.12',
    values: [true, false],
  },
  refused: {
    meaning: 'Whether a list is there for this account and token, or the status with which it is refused.',
    section: '§4',
    values: ['no', 402, 403, 404, 422],
    perList: true,
  },
  fileLinks: {
    meaning: 'The names of what a file hangs on: `entity_id` and `entity_type`, or `id` and `type`.',
    section: '§18.3',
    values: ['entity_id', 'id'],
  },
  linksTouch: {
    meaning: 'Whether a record gets a new `updated_at` when it is linked or unlinked; the list is its own.',
    section: '§20.11',
    values: [true, false],
    perList: true,
  },
  tagsTouch: {
    meaning: 'Whether a record gets a new `updated_at` when a tag is added or taken away.',
    section: '§20.11',
    values: [true, false],
    perList: true,
  },
  notesTouch: {
    meaning: 'Whether a record gets a new `updated_at` when a note is written at it or taken away.',
    section: '§20.11',
    values: [false, true],
    perList: true,
  },
  tasksTouch: {
    meaning: 'Whether a record gets a new `updated_at` when a task of it is made, changed or deleted.',
    section: '§20.11',
    values: [false, true],
    perList: true,
  },
  mergesTouch: {
    meaning: 'Whether the record that is left of a merge gets a new `updated_at`.',
    section: '§20.11',
    values: [true, false],
    perList: true,
  },
  restoresTouch: {
    meaning: 'Whether a record gets a new `updated_at` when it comes back from the bin.',
    section: '§20.11',
    values: [true, false],
    perList: true,
  },
  linkEvents: {
    meaning:
      'The type of the event of a link: it names what was linked (`contact_linked`), or only `entity_linked`.',
    section: '§15',
    values: ['named', 'generic'],
  },
  mergedTells: {
    meaning:
      'Where the event of a merge names the record that is gone: in `value_before`, as its entity, or nowhere.',
    section: '§15',
    values: ['value_before', 'entity_id', 'nothing'],
  },
  eventTypes: {
    meaning: 'What becomes of `filter[type]` on events; instead of lists single types may differ.',
    section: '§20.17',
    values: ['honoured', 'ignored', 'rejected'],
    perList: true,
  },
  eventsReach: {
    meaning: 'For how long events are kept.',
    section: '§20.3',
    values: ['endless', 31_536_000],
    unit: 'seconds',
  },
  onlyDeleted: {
    meaning:
      'What becomes of `with=only_deleted`: the bin comes instead of the list, or the list all the same.',
    section: '§20.10',
    values: ['honoured', 'ignored'],
    perList: true,
  },
  incomingLeads: {
    meaning: 'Whether leads that nobody has accepted yet are in the list of leads.',
    section: '§20.9',
    values: ['listed', 'not listed'],
  },
  noteIds: {
    meaning: 'Whether notes of leads, contacts and so on may have the same ids.',
    section: '§20.19',
    values: ['repeated', 'unique'],
  },
  noteParams: {
    meaning: 'What the `params` of a note look like that has none.',
    section: '§20.14',
    values: ['[] and {}', '[]', '{}'],
  },
  ifModifiedSince: {
    meaning:
      'What becomes of the header `If-Modified-Since`: overlooked, 304 where nothing is newer, or only what is newer too.',
    section: '§20.7',
    values: ['ignored', '304', 'newer'],
    perList: true,
  },
  renamed: {
    meaning:
      'What an account answers under the name that it had before: nothing else than usual, 401 or 404.',
    section: '§2.3',
    values: ['no', 401, 404],
  },
} as const satisfies Record<string, Doubt>;

export type DoubtName = keyof typeof doubts;

/** The readings of one doubt. */
export type ReadingOf<Name extends DoubtName> = (typeof doubts)[Name] extends { unit: string }
  ? number | Exclude<(typeof doubts)[Name]['values'][number], number>
  : (typeof doubts)[Name]['values'][number];

/** The doubts in which lists of one account may differ. */
export type ListDoubtName = {
  [Name in DoubtName]: (typeof doubts)[Name] extends { perList: true } ? Name : never;
}[DoubtName];

/**
 * The reading that a text says; undefined for a text that says none.
 */
export function readingOf<Name extends DoubtName>(name: Name, text: string): ReadingOf<Name> | undefined {
  const doubt: Doubt = doubts[name];
  const known = doubt.values.find((value) => String(value) === text);
  const isNumber = doubt.unit !== undefined && text.trim() !== '' && Number.isFinite(Number(text));
  return (known ?? (isNumber ? Number(text) : undefined)) as ReadingOf<Name> | undefined;
}
