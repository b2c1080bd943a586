import { UnexpectedAnswerError } from '../errors.ts';
import type { ListRequest, Page } from './kommo-client.ts';
import { shortLine } from './problem.ts';
import { Setback } from './setback.ts';
import type { Answer } from './transport.ts';

/**
 * The page that a successful answer holds. Throws a Setback for a body that was cut on its way or is not JSON
 * at all, an UnexpectedAnswerError for JSON of another shape than a list has.
 */
export function parsePage(
  answer: Answer,
  { envelope, purpose }: Pick<ListRequest, 'envelope' | 'purpose'>,
  origin: string,
): Page {
  if (answer.status === 204) return { rows: [], hasNext: false, servedAt: servedAt(answer) };
  const body = parseJson(answer);
  const embedded = asObject(body)?._embedded;
  const rows = asObject(embedded)?.[envelope];
  if (!Array.isArray(rows)) {
    const found = embedded === undefined || rows === undefined ? 'nothing' : kindOf(rows);
    throw new UnexpectedAnswerError(
      `Kommo answered the request for ${purpose} in an unknown shape: _embedded.${envelope} should be a list, but there is ${found}.`,
      { detail: shortLine(answer.body) },
    );
  }
  return { rows, hasNext: hasNext(body, purpose, origin), servedAt: servedAt(answer) };
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
    throw new Setback('broken', 'an empty or cut answer', { detail: shortLine(answer.body.slice(-200)) });
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

// We count pages by ourselves and never follow the link; but one to another host means that it is not the
// account that answers.
function hasNext(body: unknown, purpose: string, origin: string): boolean {
  const href = asObject(asObject(asObject(body)?._links)?.next)?.href;
  if (typeof href !== 'string' || href === '') return false;
  const host = URL.canParse(href, origin) ? new URL(href, origin).host : undefined;
  if (host !== new URL(origin).host) {
    throw new UnexpectedAnswerError(
      `The next page of ${purpose} would be on another host (${shortLine(host ?? 'unreadable')}); nothing was sent there.`,
      { detail: shortLine(href) },
    );
  }
  return true;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
