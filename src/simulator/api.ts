import type { Account } from './account.ts';
import { accountRecord } from './account-record.ts';
import { listPage } from './list-page.ts';
import { listDeclarations } from './lists.ts';
import { type Answer, problem, unknownRoute, validationProblem } from './problems.ts';
import { type ListQuery, parseQuery, QueryError } from './query.ts';
import type { Readings } from './readings.ts';
import type { KommoRecord } from './table.ts';

const HAL = 'application/hal+json';
const listAt = new Map(listDeclarations.map((declaration) => [declaration.path, declaration]));

/** Which list, or which other resource, a path below /api/v4/ belongs to, for statistics and faults. */
export function resourceAt(path: string): string | undefined {
  if (path === 'account') return 'account';
  if (path === 'events/types') return 'event_types';
  if (/^leads\/pipelines\/\d+\/statuses$/.test(path)) return 'statuses';
  return (listAt.get(path) ?? listAt.get(path.slice(0, path.lastIndexOf('/'))))?.name;
}

/** Answers one GET below /api/v4/ from the data of this moment. `self` is the full address that was asked. */
export function answerApi(
  account: Account,
  readings: Readings,
  path: string,
  queryText: string,
  self: string,
): Answer {
  try {
    const query = parseQuery(queryText);
    if (path === 'account') return json(accountRecord(account, readings, query.wanted, self));
    if (path === 'events/types') return eventTypes(self);
    const statuses = /^leads\/pipelines\/(\d+)\/statuses$/.exec(path);
    if (statuses !== null) return statusList(account, Number(statuses[1]), self);
    const declaration = listAt.get(path);
    if (declaration !== undefined)
      return listPage(account, readings, account.list(declaration.name), query, self);
    return oneRecord(account, path, query, self) ?? unknownRoute('GET', `/api/v4/${path}`);
  } catch (error) {
    if (error instanceof QueryError) return validationProblem(error.path, error.message);
    throw error;
  }
}

function oneRecord(account: Account, path: string, query: ListQuery, self: string): Answer | undefined {
  const cut = path.lastIndexOf('/');
  const declaration = listAt.get(path.slice(0, cut));
  const id = path.slice(cut + 1);
  if (declaration === undefined) return undefined;
  const isEvent = declaration.name === 'events';
  if (!isEvent && !/^\d+$/.test(id)) return undefined;
  const record = account.record(declaration.name, isEvent ? id : Number(id), [...query.wanted]);
  if (record === undefined)
    return declaration.missing === 204 ? { status: 204 } : problem(404, 'Resource not found');
  const { _embedded, ...fields } = record;
  const links = { _links: { self: { href: self } } };
  return { ...json({ ...fields, ...links, ...(_embedded === undefined ? {} : { _embedded }) }), records: 1 };
}

function statusList(account: Account, pipelineId: number, self: string): Answer {
  const pipeline = account.record('pipelines', pipelineId);
  if (pipeline === undefined) return problem(404, 'Resource not found');
  const { statuses } = pipeline._embedded as { statuses: KommoRecord[] };
  const body = { _total_items: statuses.length, _links: { self: { href: self } }, _embedded: { statuses } };
  return { ...json(body), records: statuses.length };
}

function eventTypes(self: string): Answer {
  const keys = [
    'lead_added',
    'lead_deleted',
    'lead_status_changed',
    'contact_added',
    'task_added',
    'robot_replied',
  ];
  const types = keys.map((key, index) => ({ key, type: index + 1, lang: key.replaceAll('_', ' ') }));
  const body = {
    _total_items: types.length,
    _links: { self: { href: self } },
    _embedded: { events_types: types },
  };
  return { ...json(body), records: types.length };
}

function json(body: KommoRecord): Answer {
  return { status: 200, contentType: HAL, body: JSON.stringify(body) };
}
