import type { Account } from './account.ts';
import { computedAnswers } from './computed-answers.ts';
import { contentTypeOf, listPage } from './list-page.ts';
import { type Answer, problem, unknownRoute, validationProblem } from './problems.ts';
import { type ListQuery, parseQuery, QueryError } from './query.ts';
import { type Readings, refusalOf } from './readings.ts';
import { type Route, routeOf } from './routes.ts';
import type { ServedList } from './served-list.ts';

/** One GET, on its way to the data. */
export interface Question {
  host: 'account' | 'drive';
  /** Below /api/v4/ or /v1.0/. */
  path: string;
  /** The query as it came. */
  query: string;
  /** The full address that was asked. */
  self: string;
  /** Whether the request carried cookies. */
  cookies: boolean;
  /** The header `If-Modified-Since`, Unix seconds. */
  modifiedSince?: number | undefined;
}

/** Which list, or which other resource, a path belongs to, for statistics and faults. */
export function resourceAt(host: Question['host'], path: string): string | undefined {
  return computedAt(host, path)?.name ?? routeOf(host, path)?.declaration.name;
}

/** Answers from the data of this moment. */
export function answerApi(account: Account, readings: Readings, question: Question): Answer {
  const { host, path, self } = question;
  const refused = refusalOf(readings, resourceAt(host, path) ?? '');
  if (refused !== undefined) return problem(refused, 'Недоступно для этого аккаунта');
  try {
    const query = parseQuery(question.query);
    const computed = computedAt(host, path);
    if (computed !== undefined) return computed.answer(account, computed.parts, query, self);
    const route = routeOf(host, path);
    if (route === undefined) return unknownRoute('GET', new URL(self).pathname);
    // Kommo answers so to whoever keeps its session (kommo-api.md §1).
    if (question.cookies && route.declaration.name === 'contact_chats') return problem(403, 'Forbidden');
    return answerRoute(account, readings, route, { ...query, modifiedSince: question.modifiedSince }, self);
  } catch (error) {
    if (error instanceof QueryError) return validationProblem(error.path, error.message);
    throw error;
  }
}

function computedAt(host: string, path: string) {
  for (const { pattern, ...answer } of computedAnswers) {
    const parts = pattern.exec(`${host}/${path}`);
    if (parts !== null) return { ...answer, parts: parts.slice(1) };
  }
  return undefined;
}

function answerRoute(
  account: Account,
  readings: Readings,
  route: Route,
  query: ListQuery,
  self: string,
): Answer {
  const { declaration } = route;
  const list = account.list(declaration.name);
  let parent: number | string | undefined;
  if (route.parent !== undefined) {
    const above = account.list(declaration.parent!.list);
    parent = above.declaration.textual ? route.parent : Number(route.parent);
    if (!account.has(above.declaration.name, parent)) return problem(404, 'Resource not found');
  }
  if (route.id !== undefined) return oneRecord(account, list, route.id, parent, query, self);
  // The account is a record without a list.
  if (declaration.key === '') {
    const answer = oneRecord(account, list, String(account.id), undefined, query, self);
    return { ...answer, body: underAskedName(answer.body!, account.world.driveUrl, self) };
  }
  needParameters(list, query);
  return listPage(account, readings, list, query, self, parent);
}

/** The second host lies under the name by which the first one was asked: `localhost`, an address, a container's name. */
function underAskedName(body: string, driveUrl: string, self: string): string {
  const named = new URL(driveUrl);
  named.hostname = new URL(self).hostname;
  return body.replace(driveUrl, named.origin);
}

/** Some lists have filters that are not called so, and refuse to be asked without one. */
function needParameters({ declaration }: ServedList, query: ListQuery): void {
  const { parameters } = declaration;
  const said = parameters.filter((name) => query.others.has(name));
  if (parameters.length > 0 && said.length === 0)
    throw new QueryError(parameters[0]!, 'This value should not be blank.');
  for (const name of said) query.filters.set(name, { values: query.others.get(name)!, deeper: new Map() });
}

function oneRecord(
  account: Account,
  list: ServedList,
  text: string,
  parent: number | string | undefined,
  query: ListQuery,
  self: string,
): Answer {
  const { declaration } = list;
  const missing: Answer = declaration.missing === 204 ? { status: 204 } : problem(404, 'Resource not found');
  const id = idOf(account, list, text);
  if (id === undefined || !account.has(declaration.name, id)) return missing;
  const row = list.rowOf(id);
  if (parent !== undefined && list.parentOf(row) !== parent) return missing;
  const { _embedded, ...fields } = list.record(row, query.wanted);
  const body = {
    ...fields,
    _links: { self: { href: self } },
    ...(_embedded === undefined ? {} : { _embedded }),
  };
  return { status: 200, contentType: contentTypeOf(declaration), body: JSON.stringify(body), records: 1 };
}

/** The id that the last part of a path means. */
function idOf(account: Account, list: ServedList, text: string): number | string | undefined {
  const { byId, textual, name } = list.declaration;
  if (byId !== undefined)
    return account.ids(name).find((id) => list.record(list.rowOf(id))[byId] === decodeURIComponent(text));
  if (textual) return decodeURIComponent(text);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
