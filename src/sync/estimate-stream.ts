import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import { NotAvailableError } from '../errors.ts';
import type { List, Parent, Stream } from '../stream/declaration.ts';
import { placed } from './child.ts';
import { type Estimate, estimateList } from './estimate.ts';
import { parseRow } from './row.ts';

/** The lists of so many parents are looked at; the others are taken for lists like them. */
const sample = 3;

const nothing: Estimate = { records: 0, requests: 0, isExact: true, probes: 0 };

/**
 * Estimates how many records a stream has and how many requests they take. Rejects with a NotAvailableError where the
 * account cannot have any of its lists.
 */
export async function estimate(
  stream: Stream,
  client: KommoClient,
  startDate: number | undefined,
  clock: Clock,
): Promise<Estimate> {
  const { lists, name } = stream;
  const refused: NotAvailableError[] = [];
  const parts = await Promise.all(
    lists.map((list) =>
      estimateOne(list, client, name, startDate, clock).catch((error: unknown) => {
        if (!(error instanceof NotAvailableError)) throw error;
        refused.push(error);
        return nothing;
      }),
    ),
  );
  if (refused.length === lists.length) throw refused[0];
  return parts.reduce(added, nothing);
}

function estimateOne(
  list: List,
  client: KommoClient,
  purpose: string,
  startDate: number | undefined,
  clock: Clock,
): Promise<Estimate> {
  const { parent } = list;
  if (parent === undefined) return estimateList(list, client, purpose, startDate, clock);
  return estimateFamily({ list, parent, client, purpose, clock });
}

interface FamilyOptions {
  list: List;
  parent: Parent;
  client: KommoClient;
  purpose: string;
  clock: Clock;
}

async function estimateFamily({ list, parent, client, purpose, clock }: FamilyOptions): Promise<Estimate> {
  const parents = await estimateList({ ...parent.list, with: [] }, client, purpose, undefined, clock);
  const { host, path, envelope, query } = parent.list;
  const first = await client.list({ host, path, envelope, query, purpose });
  const rows = first.rows.map((row) => parseRow(row, parent.list, purpose));
  const asked = rows.filter(({ body }) => parent.when(body));
  if (asked.length === 0) return { ...parents, records: 0, probes: parents.probes + 1 };
  const size = parent.many?.size ?? 1;
  const children = await Promise.all(
    asked.slice(0, sample).map(({ id, body }) => {
      const value = parent.many === undefined ? id : (body[parent.many.field] as typeof id);
      return estimateList(placed(list, parent, [value], body).list, client, purpose, undefined, clock);
    }),
  );
  const found = children.reduce(added, nothing);
  const count = Math.round((parents.records * asked.length) / rows.length);
  return {
    records: Math.round((found.records / children.length) * count),
    requests: parents.requests + Math.ceil(((found.requests / children.length) * count) / size),
    isExact: parents.isExact && found.isExact && count === children.length,
    probes: parents.probes + 1 + found.probes,
  };
}

function added(a: Estimate, b: Estimate): Estimate {
  return {
    records: a.records + b.records,
    requests: a.requests + b.requests,
    isExact: a.isExact && b.isExact,
    probes: a.probes + b.probes,
  };
}
