/** One `filter[name]…` of a request, with everything that was said about it. */
export interface Filter {
  /** `filter[x]=1` and `filter[x][]=1`. */
  values: string[];
  from?: string;
  to?: string;
  /** Deeper ones, as `filter[statuses][0][pipeline_id]`: the parts after the name, joined by dots. */
  deeper: Map<string, string>;
}

/** A list request, taken apart. */
export interface ListQuery {
  page: number;
  /** Undefined when the request names none. */
  limit: number | undefined;
  wanted: ReadonlySet<string>;
  order: { key: string; descending: boolean } | undefined;
  filters: Map<string, Filter>;
  search: string | undefined;
  /** All other parameters, as `contact_id[]`, by their names without brackets. */
  others: Map<string, string[]>;
  /** The header `If-Modified-Since`, Unix seconds. */
  modifiedSince?: number | undefined;
  /** As it came, for the links of the answer. */
  text: string;
}

/** Reads a query string in PHP's bracket style; throws a QueryError for what Kommo refuses. */
export function parseQuery(text: string): ListQuery {
  const filters = new Map<string, Filter>();
  const query: ListQuery = {
    page: 1,
    limit: undefined,
    wanted: new Set(),
    order: undefined,
    filters,
    search: undefined,
    others: new Map(),
    text,
  };
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === 'page') query.page = wholeNumber(name, value);
    else if (name === 'limit') query.limit = wholeNumber(name, value);
    else if (name === 'with') query.wanted = new Set(value.split(',').filter((part) => part !== ''));
    else if (name === 'query') query.search = value;
    else if (name.startsWith('order[')) {
      // One key at a time: the first one counts.
      query.order ??= { key: name.slice(6, -1), descending: value.toLowerCase() === 'desc' };
    } else if (name.startsWith('filter[')) addFilter(filters, name, value);
    else {
      const bare = name.replace(/\[\d*\]$/, '');
      query.others.set(bare, [...(query.others.get(bare) ?? []), value]);
    }
  }
  return query;
}

/** A query that is answered with 400. */
export class QueryError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

function addFilter(filters: Map<string, Filter>, name: string, value: string): void {
  const [key = '', ...rest] = [...name.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!);
  let filter = filters.get(key);
  if (filter === undefined) {
    filter = { values: [], deeper: new Map() };
    filters.set(key, filter);
  }
  if (rest.length === 0 || (rest.length === 1 && /^\d*$/.test(rest[0]!))) filter.values.push(value);
  else if (rest.length === 1 && rest[0] === 'from') filter.from = value;
  else if (rest.length === 1 && rest[0] === 'to') filter.to = value;
  else filter.deeper.set(rest.join('.'), value);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw new QueryError(name, 'This value should be positive.');
  return Number(text);
}
