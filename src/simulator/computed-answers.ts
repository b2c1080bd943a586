import type { Account } from './account.ts';
import { linksOf } from './entity-links.ts';
import { type Answer, problem } from './problems.ts';
import { type ListQuery, QueryError } from './query.ts';
import type { KommoRecord } from './table.ts';

/** What is served but is no list of its own: it is worked out from the lists. */
interface ComputedAnswer {
  /** The name for statistics, faults and readings. */
  name: string;
  /** Of the host and the path on it. */
  pattern: RegExp;
  /** `parts` are what the pattern caught. */
  answer(account: Account, parts: string[], query: ListQuery, self: string): Answer;
}

const MOST_FILES = 50;

export const computedAnswers: readonly ComputedAnswer[] = [
  {
    name: 'statuses',
    pattern: /^account\/leads\/pipelines\/(\d+)\/statuses(?:\/(\d+))?$/,
    answer(account, [pipelineId, id], query, self) {
      const pipeline = account.record('pipelines', Number(pipelineId));
      const { statuses = [] } = (pipeline?._embedded ?? {}) as { statuses?: KommoRecord[] };
      const shown = statuses.map((status) =>
        query.wanted.has('descriptions') ? { ...status, descriptions: descriptionsOf(status) } : status,
      );
      const status = shown.find((one) => one.id === Number(id));
      if (pipeline === undefined || (id !== undefined && status === undefined)) return notFound();
      if (status !== undefined) return json({ ...status, _links: linkTo(self) });
      return embedded('statuses', shown, self);
    },
  },
  {
    name: 'incoming_leads_summary',
    pattern: /^account\/leads\/unsorted\/summary$/,
    answer(account, _, query) {
      const { from = 0, to = Number.POSITIVE_INFINITY } = query.filters.get('created_at') ?? {};
      const pipeline = query.filters.get('pipeline_id')?.values[0];
      const waiting = account
        .all('incoming_leads')
        .filter(({ created_at }) => Number(created_at) >= Number(from) && Number(created_at) <= Number(to))
        .filter(({ pipeline_id }) => pipeline === undefined || String(pipeline_id) === pipeline);
      const count = (category: string) => waiting.filter((row) => row.category === category).length;
      const categories = Object.fromEntries(
        ['sip', 'mail', 'forms', 'chats'].map((name) => [name, { total: count(name) }]),
      );
      const decided = [...account.binned('incoming_leads')].length;
      const declined = Math.floor(decided / 3);
      return json({
        total: waiting.length + decided,
        accepted: decided - declined,
        declined,
        average_sort_time: decided === 0 ? 0 : 3600,
        categories,
      });
    },
  },
  {
    name: 'file_links',
    pattern: /^account\/files\/([^/]+)\/links$/,
    answer(account, [uuid = '']) {
      if (!account.has('files', uuid)) return notFound();
      const entities = account
        .childrenOf('file_links', uuid)
        .map(({ entity_id, entity_type }) =>
          account.world.readings.fileLinks === 'id'
            ? { id: entity_id, type: entity_type }
            : { entity_id, entity_type },
        );
      return { ...json({ file_uuid: uuid, entities }), records: entities.length };
    },
  },
  {
    name: 'entity_files',
    pattern: /^account\/(leads|contacts|companies|customers)\/(\d+)\/files$/,
    answer(account, [type, id], query, self) {
      if (!account.has(type!, Number(id))) return notFound();
      // By falling id from `before_id` on, the only list with such pages (kommo-api.md §18.3).
      const before = Number(query.others.get('before_id')?.[0] ?? Number.POSITIVE_INFINITY);
      const files = account
        .all('file_links')
        .filter(
          (link) => link.entity_type === type && link.entity_id === Number(id) && Number(link.id) < before,
        )
        .reverse()
        .slice(0, Math.min(query.limit ?? MOST_FILES, MOST_FILES))
        .map(({ file_uuid, id: link }) => ({ file_uuid, id: link }));
      return files.length === 0 ? { status: 204 } : embedded('files', files, self, {});
    },
  },
  {
    name: 'links',
    pattern: /^account\/(leads|contacts|companies|customers)\/(?:(\d+)\/)?links$/,
    answer(account, [type, id], query, self) {
      const asked = id === undefined ? query.filters.get('entity_id')?.values : [id];
      if (asked === undefined) throw new QueryError('filter.entity_id', 'This value should not be blank.');
      if (id !== undefined && !account.has(type!, Number(id))) return notFound();
      const said = (name: string, value: unknown) =>
        query.filters.get(name)?.values.includes(String(value)) ?? true;
      const links = asked
        .flatMap((one) => linksOf(account, type!, Number(one)))
        .filter(
          (link) => said('to_entity_id', link.to_entity_id) && said('to_entity_type', link.to_entity_type),
        )
        // The rows of one record do not name it.
        .map(({ entity_id, entity_type, ...link }) =>
          id === undefined ? { entity_id, entity_type, ...link } : link,
        );
      return links.length === 0 ? { status: 204 } : embedded('links', links, self);
    },
  },
  {
    name: 'products_settings',
    pattern: /^account\/catalogs\/products\/settings$/,
    answer: (account) => json({ is_enabled: account.count('catalogs') > 0 }),
  },
  {
    name: 'file_stats',
    pattern: /^drive\/files\/stats$/,
    answer(account) {
      const used = account.all('files').reduce((sum, { size }) => sum + Number(size), 0);
      return { ...json({ limit: 10_737_418_240, used }), contentType: 'application/json' };
    },
  },
];

/** Dates here are texts without a zone (kommo-api.md §8.2). */
function descriptionsOf({ id, pipeline_id, account_id, type }: KommoRecord): object[] {
  if (type === 1) return [];
  const when = { created_at: '2024-03-01 10:00:00', updated_at: '2024-03-02 11:30:00' };
  const who = { created_by: 0, updated_by: 0 };
  const what = { pipeline_id, status_id: id, level: 'newbie', description: 'Позвонить в течение часа' };
  return [{ id: Number(id) % 1_000_000, account_id, ...when, ...who, ...what }];
}

function embedded(
  key: string,
  records: object[],
  self: string,
  counts: object = { _total_items: records.length },
): Answer {
  const body = { ...counts, _links: linkTo(self), _embedded: { [key]: records } };
  return { ...json(body), records: records.length };
}

function notFound(): Answer {
  return problem(404, 'Resource not found');
}

function linkTo(href: string): object {
  return { self: { href } };
}

function json(body: object): Answer {
  return { status: 200, contentType: 'application/hal+json', body: JSON.stringify(body) };
}
