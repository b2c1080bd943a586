import { UnexpectedAnswerError } from '../errors.ts';
import type { Account } from './kommo-client.ts';
import { asObject, parseJson, servedAt } from './page.ts';
import { shortLine } from './problem.ts';
import type { Answer } from './transport.ts';

/** The account object of `GET /api/v4/account` (kommo-api.md §7.1). Throws as `parsePage` does. */
export function parseAccount(answer: Answer): Account {
  const body = asObject(parseJson(answer));
  if (!body || !Number.isSafeInteger(body.id)) {
    throw new UnexpectedAnswerError(
      'Kommo answered the request for the account in an unknown shape: no id.',
      {
        detail: shortLine(answer.body),
      },
    );
  }
  return {
    id: body.id as number,
    name: typeof body.name === 'string' ? body.name : '',
    subdomain: typeof body.subdomain === 'string' ? body.subdomain : '',
    createdAt: Number.isSafeInteger(body.created_at) ? (body.created_at as number) : undefined,
    filtersEnabled: typeof body.is_api_filter_enabled === 'boolean' ? body.is_api_filter_enabled : undefined,
    servedAt: servedAt(answer),
    body,
  };
}
