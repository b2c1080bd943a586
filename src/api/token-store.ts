import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';
import { asObject } from './page.ts';
import { replaceFile } from './replace-file.ts';
import type { TokenPair } from './token.ts';

/** Where renewed tokens are kept. A refresh token works once, so that a pair which is not kept is lost. */
export interface TokenStore {
  /** The newest pair that is kept; undefined when the settings hold the newest one. */
  load(): Promise<TokenPair | undefined>;
  /** Keeps the pair; resolves when it survives a crash. */
  save(pair: TokenPair): Promise<void>;
  /** Runs `work` while no other process does so with the same store. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Keeps the pair in a file of its own (`token_store`). `seed` is the refresh token of the settings: when somebody
 * enters a new one there, what was kept for the old one is no longer valid.
 */
export function tokenFileStore(path: string, seed: string, clock: Clock): TokenStore {
  const origin = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  return {
    async load() {
      const kept = await readObject(path, 'token_store');
      return kept?.issued_for === origin ? pairFrom(kept) : undefined;
    },
    save: (pair) => replaceText(path, 'token_store', { ...fieldsOf(pair), issued_for: origin }),
    exclusively: (work) => locked(path, 'token_store', clock, work),
  };
}

/** Keeps the pair in the config file itself, whose other settings stay as they are. */
export function configFileStore(path: string, clock: Clock): TokenStore {
  return {
    async load() {
      const credentials = asObject((await readObject(path, 'config'))?.credentials);
      return credentials && pairFrom(credentials);
    },
    async save(pair) {
      const received = (await readObject(path, 'config')) ?? {};
      await replaceText(path, 'config', withTokens(received, pair));
    },
    exclusively: (work) => locked(path, 'config', clock, work),
  };
}

/** The settings as they were received, with the tokens of `pair`. */
export function withTokens(
  received: Readonly<Record<string, unknown>>,
  pair: TokenPair,
): Record<string, unknown> {
  return { ...received, credentials: { ...asObject(received.credentials), ...fieldsOf(pair) } };
}

function fieldsOf({ accessToken, refreshToken, expiresAt }: TokenPair): Record<string, string> {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_expiry_date: new Date(expiresAt).toISOString(),
  };
}

function pairFrom(fields: Record<string, unknown>): TokenPair | undefined {
  const { access_token: accessToken, refresh_token: refreshToken, token_expiry_date: expiry } = fields;
  const expiresAt = typeof expiry === 'string' ? Date.parse(expiry) : Number.NaN;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || Number.isNaN(expiresAt))
    return undefined;
  return { accessToken, refreshToken, expiresAt };
}

async function readObject(path: string, what: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new ConfigError(`The ${what} file ${path} cannot be read (${codeOf(error)}).`);
  }
  try {
    return asObject(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    throw new ConfigError(
      `The ${what} file ${path} is not valid JSON: mend it, or remove it and authorize again.`,
    );
  }
}

async function replaceText(path: string, what: string, fields: object): Promise<void> {
  await replaceFile(path, `${JSON.stringify(fields, null, 2)}\n`).catch((error) => {
    throw new ConfigError(`The new tokens cannot be kept in the ${what} file ${path} (${codeOf(error)}).`);
  });
}

// The lock lies beside the file: where it cannot be created, the pair could not be kept either, and that is
// found out before the refresh token is used up.
async function locked<T>(path: string, what: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  let isHeld = false;
  try {
    return await withFileLock(`${path}.lock`, clock, () => {
      isHeld = true;
      return work();
    });
  } catch (error) {
    if (isHeld) throw error;
    throw new ConfigError(
      `The tokens have to be renewed, but the folder of the ${what} file ${path} cannot be written (${codeOf(error)}): set token_store to a file that this program may write.`,
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
