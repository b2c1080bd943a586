import type { Account } from './account.ts';
import { type Condition, conditionOf } from './filters.ts';
import type { ListDeclaration } from './list-declaration.ts';
import type { Answer } from './problems.ts';
import { problem } from './problems.ts';
import type { ListQuery } from './query.ts';
import { mix } from './random.ts';
import { type Readings, readingFor } from './readings.ts';
import { type RowOrder, type SelectedRows, selectRows } from './selection.ts';
import type { ServedList } from './served-list.ts';

const HAL = 'application/hal+json';
const DEFAULT_LIMIT = 50;
const DOCUMENTED_LIMIT = 250;

/** Answers one page of a list from the data of this moment: offset paging, as Kommo does it (kommo-api.md §5). */
export function listPage(
  account: Account,
  readings: Readings,
  list: ServedList,
  query: ListQuery,
  self: string,
): Answer {
  const { declaration, table } = list;
  table.reveal(account.now());
  const filtering = readingFor(readings.filters, declaration.name, 'honoured');
  if (query.filters.size > 0 && filtering === 'rejected') {
    return problem(400, 'Filters are not available for this account');
  }
  const condition: Condition =
    filtering === 'ignored'
      ? { created: undefined, updated: undefined, tests: [], ids: undefined }
      : conditionOf(declaration, query, readings);
  const bin = declaration.bin && query.wanted.has('only_deleted');
  const rows = selectRows(table, {
    condition,
    order: orderOf(declaration, query, readings),
    ties: readings.ties,
    bin,
    record: (row) => list.record(row),
    rowOfId: (id) => list.rowOf(id),
    hidden: account.hiddenRows(declaration.name),
    random: account.random,
  });
  const limit = declaration.paged ? limitOf(declaration, query, readings) : Math.max(1, rows.count);
  if (readings.maximumPage !== null && query.page > readings.maximumPage) return { status: 204 };
  return envelope(list, query, self, rows, limit, readings, bin);
}

function envelope(
  list: ServedList,
  query: ListQuery,
  self: string,
  rows: SelectedRows,
  limit: number,
  readings: Readings,
  bin: boolean,
): Answer {
  const { declaration } = list;
  const page = declaration.paged ? query.page : 1;
  const start = visiblePlaces((page - 1) * limit, readings.shortPages);
  const end = Math.min(rows.count, visiblePlaces(page * limit, readings.shortPages));
  if (start >= rows.count) return { status: 204 };
  const query_ = query.text === '' ? '' : `?${query.text}`;
  const address = self.slice(0, self.length - query_.length);
  const texts: string[] = [];
  const served = rows.slice(start, end);
  // Users' own links end in a slash (observed-data.md §2).
  const linkEnd = declaration.name === 'users' ? `/${escaped(query_)}` : escaped(query_);
  for (let index = 0; index < served.length; index++) {
    const row = served[index]!;
    texts.push(
      bin
        ? JSON.stringify(list.binRecord(row))
        : list.text(row, query.wanted, `${escaped(address)}/`, linkEnd),
    );
  }
  const reading = readingFor(readings.next, declaration.name, 'honest');
  const follows = declaration.paged && (reading === 'always' || (reading === 'honest' && end < rows.count));
  const links: Record<string, { href: string }> = { self: { href: self } };
  if (follows) links.next = { href: `${address}?${withPage(query.text, page + 1)}` };
  const keys: Record<string, unknown> = {};
  if (declaration.envelope !== 'page') keys._total_items = rows.count;
  if (declaration.envelope !== 'total') keys._page = page;
  if (declaration.envelope === 'counted') keys._page_count = Math.ceil(rows.count / limit);
  keys._links = links;
  const body = `${JSON.stringify(keys).slice(0, -1)},"_embedded":{"${declaration.key}":[${texts.join(',')}]}}`;
  return { status: 200, contentType: HAL, body, records: texts.length };
}

function orderOf(declaration: ListDeclaration, query: ListQuery, readings: Readings): RowOrder {
  const obeyed = readingFor(readings.order, declaration.name, 'honoured') === 'honoured';
  const asked = query.order;
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
  const order = readingFor(readings.defaultOrder, declaration.name, 'id');
  if (order === 'arbitrary' || order === 'shuffled') return { by: order };
  if (order === 'updated_at') return { by: 'updated', descending: false };
  return { by: 'id', descending: order === 'id-descending' };
}

function limitOf(declaration: ListDeclaration, query: ListQuery, readings: Readings): number {
  const cap = readingFor(readings.pageCap, declaration.name, DOCUMENTED_LIMIT);
  if (query.limit === undefined) return Math.min(DEFAULT_LIMIT, cap);
  if (query.limit <= cap) return query.limit;
  return readings.overLimit === 'clamp' ? cap : Math.min(DEFAULT_LIMIT, cap);
}

const BLOCK = 50;

/**
 * How many of the first places of a list hold rows that the token may see, when a share of the places does not:
 * pages come short, by differing amounts, and yet no row falls between two pages.
 */
function visiblePlaces(places: number, share: number): number {
  if (share <= 0) return places;
  let visible = 0;
  for (let block = 0; block * BLOCK < places; block++) {
    const hidden = Math.min(BLOCK / 2, Math.floor(BLOCK * share * 2 * (mix(5, block, 3) / 4294967296)));
    visible += Math.min(BLOCK - hidden, places - block * BLOCK);
  }
  return visible;
}

function withPage(text: string, page: number): string {
  if (/(^|&)page=\d+/.test(text)) return text.replace(/(^|&)page=\d+/, `$1page=${page}`);
  return text === '' ? `page=${page}` : `page=${page}&${text}`;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
