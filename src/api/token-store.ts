import { createHash } from 'node:crypto';
import * as nodeFiles from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';
import { asObject } from './page.ts';
import { type FileOperations, rehearseReplacing, replaceFile } from './replace-file.ts';
import type { TokenPair } from './token.ts';

/** Where renewed tokens are kept. A refresh token works once, so that a pair which is not kept is lost. */
export interface TokenStore {
  /** The newest pair that is kept; undefined when the settings hold the newest one. */
  load(): Promise<TokenPair | undefined>;
  /** Finds out whether a pair can be kept, before a refresh token is spent. Rejects with a ConfigError if not. */
  rehearse(): Promise<void>;
  /** Keeps the pair; resolves when it survives a crash. */
  save(pair: TokenPair): Promise<void>;
  /** Runs `work` while no other process does so with the same store. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** What the user can do where no refresh token is left: `run "source-kommo login --config config.json"`. */
  readonly wayBack: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Bytes that a pair takes at most: Kommo's tokens have some 1,000 characters each. */
const roomForPair = 8192;

/** A JSON file that keeps a pair. */
interface Keeping {
  path: string;
  setting: 'config' | 'token_store';
  clock: Clock;
  /** The pair among the fields of the file. */
  pairIn(fields: Fields): TokenPair | undefined;
  /** The fields with the pair. */
  withPair(fields: Fields, pair: TokenPair): Fields;
  files: FileOperations;
  wayBack: string;
}

/**
 * Keeps the pair in a file of its own (`token_store`). `seed` is the refresh token of the settings: when somebody
 * enters a new one there, what was kept for the old one is no longer valid.
 */
export function tokenFileStore(
  path: string,
  seed: string,
  clock: Clock,
  files: FileOperations = nodeFiles,
): TokenStore {
  const origin = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  return jsonFileStore({
    ...{ path, setting: 'token_store', clock, files },
    wayBack: 'run "source-kommo login"',
    pairIn: (fields) => (fields.issued_for === origin ? pairFrom(fields) : undefined),
    withPair: (_, pair) => ({ ...fieldsOf(pair), issued_for: origin }),
  });
}

/** Keeps the pair in the config file itself, whose other settings stay as they are. */
export function configFileStore(path: string, clock: Clock, files: FileOperations = nodeFiles): TokenStore {
  return jsonFileStore({
    ...{ path, setting: 'config', clock, files },
    wayBack: loginInto(path),
    pairIn: ({ credentials }) => pairFrom(asObject(credentials) ?? {}),
    withPair: withTokens,
  });
}

/** How a new pair gets into the config file, in words for the user. */
export function loginInto(configPath: string): string {
  return `run "source-kommo login --config ${configPath}"`;
}

/** The settings as they were received, with the tokens of `pair`. */
export function withTokens(received: Fields, pair: TokenPair): Record<string, unknown> {
  return { ...received, credentials: { ...asObject(received.credentials), ...fieldsOf(pair) } };
}

function jsonFileStore(keeping: Keeping): TokenStore {
  const { path, setting, clock, pairIn, withPair, files, wayBack } = keeping;
  const fields = async () => parse(await textOf(path, setting), path, setting) ?? {};
  return {
    load: async () => pairIn(await fields()),
    async rehearse() {
      try {
        if (setting === 'config') await nodeFiles.access(path);
        await rehearseReplacing(path, roomForPair, files);
      } catch (error) {
        throw new ConfigError(
          `The tokens have to be renewed, but the ${setting} file ${path} cannot be written (${codeOf(error)}): set token_store to a file that this program may write.`,
          { cause: error },
        );
      }
    },
    async save(pair) {
      const text = `${JSON.stringify(withPair(await fields(), pair), null, 2)}\n`;
      await replaceFile(path, text, files).catch((error) => {
        throw new ConfigError(
          `The new tokens cannot be kept in the ${setting} file ${path} (${codeOf(error)}).`,
        );
      });
    },
    exclusively: (work) => locked(path, clock, work),
    wayBack,
  };
}

/**
 * The lock lies beside the file, where all who write it meet; else, as for a file in a folder that may not be
 * written, in the system's folder for temporary files. Without either nobody is kept out, and a token that somebody
 * else spent is found out by its refusal.
 */
async function locked<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16);
  for (const lock of [`${path}.lock`, join(tmpdir(), `source-kommo-${name}.lock`)]) {
    let isHeld = false;
    try {
      return await withFileLock(lock, clock, () => {
        isHeld = true;
        return work();
      });
    } catch (error) {
      if (isHeld) throw error;
    }
  }
  return work();
}

function fieldsOf({ accessToken, refreshToken, expiresAt }: TokenPair): Record<string, string> {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_expiry_date: new Date(expiresAt).toISOString(),
  };
}

function pairFrom(fields: Fields): TokenPair | undefined {
  const { access_token: accessToken, refresh_token: refreshToken, token_expiry_date: expiry } = fields;
  const expiresAt = typeof expiry === 'string' ? Date.parse(expiry) : Number.NaN;
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || Number.isNaN(expiresAt))
    return undefined;
  return { accessToken, refreshToken, expiresAt };
}

/** The text of the file; undefined where there is none, or a pipe, which can be read once and was. */
async function textOf(path: string, setting: string): Promise<string | undefined> {
  try {
    return (await nodeFiles.stat(path)).isFile() ? await nodeFiles.readFile(path, 'utf8') : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new ConfigError(`The ${setting} file ${path} cannot be read (${codeOf(error)}).`);
  }
}

function parse(text: string | undefined, path: string, setting: string): Fields | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return asObject(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    throw new ConfigError(
      `The ${setting} file ${path} is not valid JSON: fix it, or remove it and authorize again.`,
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
