import { readFile } from 'node:fs/promises';
import { ConfigError } from '../errors.ts';

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'cannot be read by this user',
};

/** The JSON in a file; undefined where the file is empty. `what` names it in errors: `config`. */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'an unknown error' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`The ${what} file ${path} ${problems[code] ?? `cannot be read (${code})`}.`);
  }
  const json = text.replace(/^\uFEFF/, '');
  if (json.trim() === '') return undefined;
  try {
    return JSON.parse(json);
  } catch (error) {
    // The parser's own message quotes the file, which may hold a token: only the place is passed on.
    const [place] = /position \d+/.exec(String(error)) ?? [];
    throw new ConfigError(`The ${what} file ${path} is not valid JSON${place ? ` (at ${place})` : ''}.`);
  }
}
