/** What follows for reading the account, by doubt and by what was seen; with `''` for all else that deviates. */
const consequences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lowerBound: { exclusive: 'windows are asked for one second wider; nothing to do' },
  upperBound: { exclusive: 'windows are asked for one second wider; nothing to do' },
  filters: {
    ignored: 'every run reads whole lists; plan for that, or ask Kommo to switch the filters on',
    rejected: 'every run reads whole lists; plan for that, or ask Kommo to switch the filters on',
  },
  isApiFilterEnabled: { false: 'see the reading filters for what the filters really do' },
  order: { ignored: 'lists are read by windows, or whole and counted; runs take longer' },
  orderLapses: { '': 'such answers are found out and asked for again' },
  filterLapses: { '': 'such answers are found out and asked for again' },
  defaultOrder: { '': 'nothing to do: an order is asked for where there is one' },
  eventsOrder: { '': 'events are read by closed windows of time; nothing to do' },
  ties: { shuffled: 'seconds with many changes take more requests' },
  next: {
    always: 'the end of a list takes one request more',
    never: 'the end of a list takes one request more',
  },
  pageCap: { '': 'runs take more requests' },
  overLimit: { default: 'nothing to do: no more than the cap is asked for' },
  shortPages: { '': 'the token does not see all records; give its user more rights if they are wanted' },
  cutPages: { '': 'pages overlap so that nothing is lost; runs take more requests' },
  prematureEnds: { '': 'the end of a list is asked for more than once' },
  maximumPage: { '': 'long lists are read by windows of time' },
  beyondEnd: { '': 'the end of a list is found by its rows' },
  dateHeader: { false: 'the clock of this machine decides what counts as closed; keep it right' },
  clockSkew: { '': 'times of change follow the clock of Kommo; compare the clock of this machine' },
  strayDate: {
    '': 'the servers disagree about the time; raise lookback_window_minutes above the difference',
  },
  archivedPipelines: { false: 'archived pipelines and their statuses are missing in the tables' },
  deactivatedUsers: { false: 'users who left are missing in the table' },
  refused: { '': 'leave the stream out, or give the token the right to it' },
  linksTouch: { false: 'a new link alone is in no incremental run; read the list in full now and then' },
  tagsTouch: { false: 'a new tag alone is in no incremental run; read the list in full now and then' },
  notesTouch: { true: 'records with a new note are read again; nothing to do' },
  tasksTouch: { true: 'records with a new task are read again; nothing to do' },
  mergesTouch: {
    false: 'what is left of a merge is in no incremental run; read the list in full now and then',
  },
  restoresTouch: { false: 'what is restored is in no incremental run; read the list in full now and then' },
  mergedTells: { '': 'records that were merged away are found by a full read' },
  eventTypes: { '': 'all events are read to find the wanted ones' },
  ifModifiedSince: {
    304: 'nothing to do: changes are asked for by filters',
    newer: 'nothing to do: changes are asked for by filters',
  },
  noteIds: { repeated: 'nothing to do: the key of notes holds the entity type too' },
  incomingLeads: { 'not listed': 'leads that wait are in the stream incoming_leads alone' },
  eventsReach: { '': 'older deletions are found by full reads alone' },
  onlyDeleted: { ignored: 'deletions are found by events, and by full reads' },
};

const kind: ReadonlySet<string> = new Set([
  'endless',
  'honoured',
  'inclusive',
  'honest',
  'id',
  'newest',
  'true',
  'no',
  'none',
  '0',
  '204',
  '250',
  'clamp',
  'value_before',
]);

export function consequenceOf(doubt: string, seen: string | undefined): string {
  const known = consequences[doubt];
  if (known === undefined || seen === undefined) return '';
  return known[seen] ?? (kind.has(seen) ? '' : (known[''] ?? ''));
}
