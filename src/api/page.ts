import { UnexpectedAnswerError } from '../errors.ts';
import type { ListRequest, Page } from './kommo-client.ts';
import { shortLine } from './problem.ts';
import { Setback } from './setback.ts';
import type { Answer } from './transport.ts';

/**
 * The page that a successful answer holds; `onNext` is told the link to the next one. Throws a Setback for a body that
 * was cut on its way or is not JSON at all, an UnexpectedAnswerError for JSON of another shape than a list has.
 */
export function parsePage(
  answer: Answer,
  { envelope, purpose }: Pick<ListRequest, 'envelope' | 'purpose'>,
  onNext: (href: string) => void = () => {},
): Page {
  if (answer.status === 204)
    return { rows: [], hasNext: false, total: undefined, exists: false, servedAt: servedAt(answer) };
  const body = parseJson(answer);
  const next = nextOf(body);
  if (next !== undefined) onNext(next);
  return {
    rows: rowsOf(answer, body, envelope, purpose),
    hasNext: next !== undefined,
    total: totalOf(body),
    exists: true,
    servedAt: servedAt(answer),
  };
}

function totalOf(body: unknown): number | undefined {
  const total = asObject(body)?._total_items;
  return typeof total === 'number' ? total : undefined;
}

function rowsOf(answer: Answer, body: unknown, envelope: string | undefined, purpose: string): unknown[] {
  const found = envelope === undefined ? body : asObject(asObject(body)?._embedded)?.[envelope];
  const isList = Array.isArray(found);
  if (envelope !== undefined && isList) return found;
  if (envelope === undefined && !isList && asObject(found)) return [found];
  const wanted =
    envelope === undefined ? 'the answer should be an object' : `_embedded.${envelope} should be a list`;
  throw new UnexpectedAnswerError(
    `Kommo answered the request for ${purpose} in an unknown shape: ${wanted}, but there is ${kindOf(found)}.`,
    { detail: shortLine(answer.body) },
  );
}

/** The JSON value of a successful answer. Throws a Setback where there is none. */
export function parseJson(answer: Answer): unknown {
  const type = answer.headers['content-type'] ?? '';
  if (!/\bjson\b/i.test(type)) {
    throw new Setback('broken', `an answer that is not JSON (${shortLine(type) || 'no content type'})`, {
      detail: shortLine(answer.body),
    });
  }
  try {
    return JSON.parse(answer.body);
  } catch {
    // The parser's message quotes the body, whose end says best where it was cut.
    throw new Setback('broken', 'an empty or truncated answer', {
      detail: shortLine(answer.body.slice(-200)),
    });
  }
}

/** The server's clock when it answered, Unix seconds. */
export function servedAt(answer: Answer): number | undefined {
  const time = Date.parse(answer.headers.date ?? '');
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : undefined;
}

function nextOf(body: unknown): string | undefined {
  const href = asObject(asObject(asObject(body)?._links)?.next)?.href;
  return typeof href === 'string' && href !== '' ? href : undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
