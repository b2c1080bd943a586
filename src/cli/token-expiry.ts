import type { Config } from '../config.ts';

const day = 24 * 60 * 60 * 1000;
const warnBefore = 14 * day;

/** A warning where a long-lived token ends within 14 days; it says so itself (kommo-api.md §2.1). */
export function tokenWarning(
  { credentials, called }: Pick<Config, 'credentials' | 'called'>,
  now: number,
): string | undefined {
  if (credentials.type !== 'long_lived_token') return undefined;
  const expiresAt = expiryOf(credentials.accessToken);
  if (expiresAt === undefined || expiresAt - now > warnBefore) return undefined;
  const date = new Date(expiresAt).toISOString().slice(0, 10);
  const [ends, soon] = expiresAt > now ? ['ends', 'before that'] : ['ended', 'now'];
  return (
    `The token ${ends} on ${date}. Create a new long-lived token ${soon}, under Settings → Integrations → your ` +
    `integration → Keys and scopes, and put it into ${called.token}.`
  );
}

/** Milliseconds since the epoch; undefined for a token that does not say when it ends. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const expiresAt = claims?.exp * 1000;
    return Math.abs(expiresAt) <= 8.64e15 ? expiresAt : undefined;
  } catch {
    return undefined;
  }
}
