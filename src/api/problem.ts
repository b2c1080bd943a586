import type { Answer } from './transport.ts';

/** What an error answer says in words; the words are localized and only ever shown (kommo-api.md §4). */
export interface Problem {
  /** The body was a JSON object: an answer of the API itself, not of a proxy or firewall before it. */
  isJson: boolean;
  /** One short line: detail, hint and validation errors, or the beginning of whatever came. */
  text: string;
}

/** Reads an error body defensively: it may be problem+json, HTML, text or nothing. */
export function parseProblem(answer: Answer): Problem {
  const body = jsonObject(answer.body);
  if (!body) return { isJson: false, text: shortLine(answer.body) };
  const said = [body.detail ?? body.title, body.hint].filter((part) => typeof part === 'string');
  return {
    isJson: true,
    text: shortLine([...said, ...validationErrors(body['validation-errors'])].join('; ')),
  };
}

/** Foreign text as one line of at most 300 characters. */
export function shortLine(text: string): string {
  const line = text
    .slice(0, 5000)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .toWellFormed();
  return line.length > 300 ? `${line.slice(0, 299).toWellFormed()}…` : line;
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

// An array of groups of errors; third parties have seen one object instead (observed-data.md §3).
function validationErrors(value: unknown): string[] {
  const groups = Array.isArray(value) ? value : [value];
  return groups
    .flatMap((group) => (group as { errors?: unknown } | null)?.errors ?? [])
    .map((error) => error as { code?: unknown; path?: unknown; detail?: unknown } | null)
    .map((error) =>
      [error?.path, error?.code, error?.detail].filter((part) => typeof part === 'string').join(' '),
    )
    .filter((line) => line !== '');
}
