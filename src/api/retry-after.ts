import type { Answer } from './transport.ts';

/** No answer makes us wait longer than this; an absurd value is as likely a mistake as a wish. */
export const longestWait = 5 * 60 * 1000;

/**
 * The wait that a 429 asks for, in milliseconds between 0 and `longestWait`: the header in seconds or as a
 * date, else `retry_after` in the body (kommo-api.md §3); undefined when it asks for none that can be read. A date
 * counts from the answer's own `Date`, as our clock may be wrong; from `now` where it has none.
 */
export function retryAfter(answer: Pick<Answer, 'headers' | 'body'>, now: number): number | undefined {
  const answeredAt = Date.parse(answer.headers.date ?? '');
  const wait =
    fromHeader(answer.headers['retry-after'], Number.isNaN(answeredAt) ? now : answeredAt) ??
    fromBody(answer.body);
  return wait === undefined ? undefined : Math.min(Math.max(0, wait), longestWait);
}

function fromHeader(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Only HTTP dates name a month; Date.parse alone would take "-5" for a year.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - now;
}

function fromBody(body: string): number | undefined {
  try {
    const seconds = Number((JSON.parse(body) as { retry_after?: unknown } | null)?.retry_after);
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  } catch {
    return undefined;
  }
}
