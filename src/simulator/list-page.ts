import type { Account } from './account.ts';
import { type Condition, conditionOf } from './filters.ts';
import type { EnvelopeKey, ListDeclaration } from './list-declaration.ts';
import { narrowToNewer } from './modified-since.ts';
import type { Answer } from './problems.ts';
import { problem } from './problems.ts';
import type { ListQuery } from './query.ts';
import { type Readings, readingFor } from './readings.ts';
import { type RowOrder, type SelectedRows, selectRows } from './selection.ts';
import type { ServedList } from './served-list.ts';

const DEFAULT_LIMIT = 50;

/** Answers one page of a list from the data of this moment: offset paging, as Kommo does it (kommo-api.md §5). */
export function listPage(
  account: Account,
  readings: Readings,
  list: ServedList,
  query: ListQuery,
  self: string,
  parent?: number | string,
): Answer {
  const { declaration, table } = list;
  table.reveal(account.now());
  if (list.prematureEnds.meets(readingFor(readings, 'prematureEnds', declaration.name), account.random)) {
    return { status: 204 };
  }
  // What is no `filter[…]` is always understood.
  const isFilter = declaration.parameters.length === 0;
  const filtering = isFilter ? readingFor(readings, 'filters', declaration.name) : 'honoured';
  if (query.filters.size > 0 && filtering === 'rejected') {
    return problem(400, 'Filters are not available for this account');
  }
  const condition: Condition =
    filtering === 'ignored' || (isFilter && happens(account, readings, 'filterLapses', list))
      ? { created: undefined, updated: undefined, tests: [], ids: undefined }
      : conditionOf(declaration, query, readings);
  if (!narrowToNewer(condition, list, query, readings)) return { status: 304 };
  const showsBin = readingFor(readings, 'onlyDeleted', declaration.name) === 'honoured';
  const bin = declaration.bin && showsBin && query.wanted.has('only_deleted');
  const obeysOrder = !happens(account, readings, 'orderLapses', list);
  const rows = selectRows(table, {
    condition,
    order: orderOf(declaration, obeysOrder ? query.order : undefined, readings),
    ties: readings.ties,
    bin,
    valueOf: (row) => list.valueOf(row),
    rowOfId: (id) => list.rowOf(id),
    hidden: hiddenRows(account, list, parent),
    random: account.random,
  });
  const limit = declaration.paged ? limitOf(declaration, query, readings) : Math.max(1, rows.count);
  const page = declaration.paged ? givenPage(declaration, query.page, rows.count, limit, readings) : 1;
  if (page === undefined) return { status: 204 };
  const start = (page - 1) * limit;
  const isCut = declaration.paged && happens(account, readings, 'cutPages', list);
  const size = isCut ? Math.ceil((limit * (1 + account.random())) / 2) : limit;
  const places = { start, end: Math.min(rows.count, start + size) };
  return envelope(list, query, self, rows, { ...places, limit }, readings, {
    bin,
    unseen: account.unseenRows(declaration.name),
  });
}

/** Whether what a share speaks of happens to this answer. */
function happens(
  account: Account,
  readings: Readings,
  name: 'filterLapses' | 'orderLapses' | 'cutPages',
  { declaration }: ServedList,
): boolean {
  const share = readingFor(readings, name, declaration.name);
  return share > 0 && account.random() < share;
}

/** The page that is given where `asked` is asked for: 0 for an empty one, undefined for 204. */
function givenPage(
  { name }: ListDeclaration,
  asked: number,
  count: number,
  limit: number,
  readings: Readings,
): number | undefined {
  const deepest = readingFor(readings, 'maximumPage', name);
  const pages = Math.ceil(count / limit);
  if (deepest !== 'none' && asked > deepest && deepest < pages) {
    return { '204': undefined, empty: 0, repeat: deepest }[readings.beyondDepth];
  }
  if (asked <= pages) return asked;
  if (pages === 0) return undefined;
  return { '204': undefined, repeat: pages, circle: ((asked - 1) % pages) + 1 }[
    readingFor(readings, 'beyondEnd', name)
  ];
}

function envelope(
  list: ServedList,
  query: ListQuery,
  self: string,
  rows: SelectedRows,
  { start, end, limit }: { start: number; end: number; limit: number },
  readings: Readings,
  { bin, unseen }: { bin: boolean; unseen: ((row: number) => boolean) | undefined },
): Answer {
  const { declaration } = list;
  const page = declaration.paged ? query.page : 1;
  const query_ = query.text === '' ? '' : `?${query.text}`;
  const address = self.slice(0, self.length - query_.length);
  const texts: string[] = [];
  const served = start < 0 ? [] : rows.slice(start, end);
  // Users' own links end in a slash (observed-data.md §2).
  const linkEnd = declaration.name === 'users' ? `/${escaped(query_)}` : escaped(query_);
  for (let index = 0; index < served.length; index++) {
    const row = served[index]!;
    if (unseen?.(row)) continue;
    texts.push(
      bin
        ? JSON.stringify(list.binRecord(row))
        : list.text(row, query.wanted, `${escaped(address)}/`, linkEnd),
    );
  }
  const reading = readingFor(readings, 'next', declaration.name);
  const rowsFollow = start >= 0 && end < rows.count;
  const follows = declaration.paged && (reading === 'always' || (reading === 'honest' && rowsFollow));
  const links: Record<string, { href: string }> = { self: { href: self } };
  if (follows) links.next = { href: `${address}?${withPage(query.text, page + 1)}` };
  const envelope: Record<EnvelopeKey, unknown> = {
    _total_items: rows.count,
    _page: page,
    _page_count: Math.ceil(rows.count / limit),
    _count: texts.length,
    _links: links,
  };
  const keys = Object.fromEntries(declaration.envelope.map((key) => [key, envelope[key]]));
  const body = `${JSON.stringify(keys).slice(0, -1)},"_embedded":{"${declaration.key}":[${texts.join(',')}]}}`;
  return { status: 200, contentType: contentTypeOf(declaration), body, records: texts.length };
}

/** The Drive answers plain JSON (kommo-api.md §1). */
export function contentTypeOf({ host }: ListDeclaration): string {
  return host === 'drive' ? 'application/json' : 'application/hal+json';
}

function hiddenRows(
  account: Account,
  list: ServedList,
  parent: number | string | undefined,
): ((row: number) => boolean) | undefined {
  const hidden = account.hiddenRows(list.declaration.name);
  if (parent === undefined) return hidden;
  const shown = new Set(list.childrenOf(parent));
  return (row) => !shown.has(row) || hidden?.(row) === true;
}

function orderOf(declaration: ListDeclaration, asked: ListQuery['order'], readings: Readings): RowOrder {
  const obeyed = readingFor(readings, 'order', declaration.name) === 'honoured';
  const isEvents = declaration.name === 'events';
  const known = isEvents
    ? asked?.key === 'created_at' && readings.eventsCreatedAtOrder === 'honoured'
    : asked !== undefined && declaration.orders.includes(asked.key);
  if (asked !== undefined && obeyed && known) {
    const { key, descending } = asked;
    if (key === 'id') return { by: 'id', descending };
    if (key === 'created_at') return { by: 'created', descending };
    if (key === 'updated_at') return { by: 'updated', descending };
    return { by: 'value', key, descending };
  }
  if (isEvents) {
    const order = readings.eventsOrder;
    if (order === 'arbitrary' || order === 'shuffled') return { by: order };
    return { by: 'created', descending: order === 'newest' };
  }
  const { defaultOrder } = readings;
  const isOwn =
    typeof defaultOrder === 'object' ? !(declaration.name in defaultOrder) : defaultOrder === 'id';
  const said = readingFor(readings, 'defaultOrder', declaration.name);
  const order = isOwn ? (declaration.ownOrder ?? said) : said;
  if (order === 'arbitrary' || order === 'shuffled') return { by: order };
  if (order === 'updated_at' || order === 'updated_at-descending')
    return { by: 'updated', descending: order === 'updated_at-descending' };
  return { by: 'id', descending: order === 'id-descending' };
}

function limitOf(declaration: ListDeclaration, query: ListQuery, readings: Readings): number {
  const cap = Math.min(readingFor(readings, 'pageCap', declaration.name), declaration.limit);
  if (query.limit === undefined) return Math.min(DEFAULT_LIMIT, cap);
  if (query.limit <= cap) return query.limit;
  return readings.overLimit === 'clamp' ? cap : Math.min(DEFAULT_LIMIT, cap);
}

function withPage(text: string, page: number): string {
  if (/(^|&)page=\d+/.test(text)) return text.replace(/(^|&)page=\d+/, `$1page=${page}`);
  return text === '' ? `page=${page}` : `page=${page}&${text}`;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
