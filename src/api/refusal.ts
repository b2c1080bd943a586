import type { Called } from '../config.ts';
import {
  BlockedError,
  ConfigError,
  NotAvailableError,
  RefusedRequestError,
  TokenRefusedError,
  UnexpectedAnswerError,
} from '../errors.ts';
import { parseProblem } from './problem.ts';
import type { Answer } from './transport.ts';

/** What was asked, as far as messages need it. */
export interface Question {
  purpose: string;
  path: string;
  origin: string;
}

const access =
  'the token of an administrator, and an integration with access to it (Settings → Integrations → your integration → Keys and scopes)';

/** What a list needs that is refused with this status, and how that is said. */
const missing: Readonly<Record<number, { said: (purpose: string) => string; needs: string }>> = {
  // Of the Drive, and of a list of the account where the token is taken for others.
  401: {
    said: (purpose) => `Kommo did not accept the token for ${purpose} (401)`,
    needs: access,
  },
  402: {
    said: (purpose) => `Kommo asks for payment (402) for ${purpose}`,
    needs: 'a subscription that is paid and a plan that includes it (Settings → Billing)',
  },
  403: {
    said: (purpose) => `The token may not read ${purpose} (403)`,
    needs: access,
  },
  404: {
    said: (purpose) => `Kommo does not know ${purpose} (404)`,
    needs: 'a feature that this account does not have',
  },
  422: {
    said: (purpose) => `Kommo cannot list ${purpose} (422)`,
    needs: 'a feature that is switched off in this account',
  },
};

/** Why this account or token cannot have the list that was asked for; undefined where that is not the reason. */
export function notAvailable(answer: Answer, { purpose, path }: Question): NotAvailableError | undefined {
  const { status } = answer;
  const reason = missing[status];
  if (reason === undefined) return undefined;
  const { said, context } = described(answer, path);
  return new NotAvailableError(
    `${reason.said(purpose)}: it needs ${reason.needs}.${said}`,
    status,
    reason.needs,
    context,
  );
}

/** An answer from which no other try can follow, said so that the user knows what to do. */
export function refusal(answer: Answer, { purpose, path, origin }: Question): Error {
  const { status } = answer;
  const { said, context } = described(answer, path);
  if (status === 402) {
    return new ConfigError(
      `Kommo asks for payment (402) for ${purpose}. The subscription or trial of the account is over, or its plan does not include the API: extend it in Kommo under Settings → Billing.${said}`,
      context,
    );
  }
  if (status === 403) {
    return new ConfigError(
      `The token may not read ${purpose} (403). Use a token of an administrator, and give the integration access to it under Settings → Integrations → your integration → Keys and scopes.${said}`,
      context,
    );
  }
  if (status >= 300 && status < 400) return redirected(answer, origin, context);
  if (status >= 400 && status < 500) {
    return new RefusedRequestError(
      `Kommo refused the request for ${purpose} (${status} on ${path}).${said}`,
      status,
      context,
    );
  }
  return new UnexpectedAnswerError(`Kommo answered ${status} to the request for ${purpose}.${said}`, context);
}

/** The account's address is blocked: 403 with a page instead of JSON (kommo-api.md §3). */
export function blocked(answer: Answer, path: string): BlockedError {
  return new BlockedError(
    'Kommo has blocked this IP address or account (403 with a page instead of JSON). All requests were stopped. Ask Kommo support to lift the block, and lower requests_per_second before the next run.',
    { detail: detailOf(answer, path, parseProblem(answer).text) },
  );
}

/** Kommo does not take the token, and there is no other one to try. */
export function tokenRefused({ token, account }: Called, cause: Error): TokenRefusedError {
  return new TokenRefusedError(
    `Kommo refused the token (401): it is mistyped, expired or revoked, or the integration is disabled. Create a new long-lived token under Settings → Integrations → your integration → Keys and scopes, put it into ${token}, and check that ${account} names the same account.`,
    { cause },
  );
}

/** No header can carry the token, so that nobody can have been given it. */
export function tokenMalformed(): ConfigError {
  return new ConfigError(
    'The access token holds characters that no token has, perhaps a line break or a space: copy it again from Kommo.',
  );
}

/** A token that Kommo has just given is refused. */
export function renewedTokenRefused(cause: Error): TokenRefusedError {
  return new TokenRefusedError(
    'Kommo refused a token that was just renewed (401): check that the integration is enabled under Settings → Integrations, and that subdomain names the account that authorized it.',
    { cause },
  );
}

/** The line of the log that belongs to an error. */
export function detailOf(answer: Answer, path: string, text: string): string {
  const id = answer.headers['x-request-id'];
  return `${answer.status} on ${path}${id ? `, X-Request-Id ${id}` : ''}${text ? `: ${text}` : ''}`;
}

function described(answer: Answer, path: string): { said: string; context: { detail: string } } {
  const { text } = parseProblem(answer);
  return {
    said: text === '' ? '' : ` Kommo says: ${text}`,
    context: { detail: detailOf(answer, path, text) },
  };
}

function redirected(answer: Answer, origin: string, context: { detail: string }): Error {
  const location = answer.headers.location ?? '';
  const target = URL.canParse(location, origin) ? new URL(location, origin).host : '(unknown)';
  return new ConfigError(
    `Kommo redirects to ${target} (${answer.status}); the token is not sent there. If the account was renamed, put its new address into subdomain.`,
    context,
  );
}
