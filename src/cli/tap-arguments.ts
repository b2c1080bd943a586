import { parseArgs } from 'node:util';
import { type AboutFormat, aboutFormats } from '../dialect/singer/about.ts';
import { UsageError } from '../errors.ts';
import { describeTerms } from '../word-wrap.ts';

export const tapUsage = `tap-kommo --config FILE [flags]

Writes the records of a Kommo account to stdout in the Singer format.

${describeTerms(
  [
    [
      '-c, --config FILE',
      'the settings, as JSON; may be given several times; later files override earlier ones key by key. The word ENV takes settings from TAP_KOMMO_* variables and .env, which override files',
    ],
    ['    --catalog FILE', 'the streams and columns to read, as JSON'],
    [
      '    --streams LIST',
      'without a catalog: which streams: names such as leads,users or default,talk_messages, or all; without it the default ones',
    ],
    ['-p, --properties FILE', 'the older name of --catalog'],
    ['-s, --state FILE', 'the last STATE of an earlier run, as JSON; the run continues from there'],
    [
      '-d, --discover',
      'print the catalog of all streams and columns; with --config of those that the account can have',
    ],
    [
      '    --test[=MODE]',
      'try the settings: read one record of each stream (all, records), or print schemas only (schema)',
    ],
    ['    --about', 'print version, capabilities and settings'],
    ['    --format FORMAT', `how --about prints: ${aboutFormats.join(', ')}`],
    ['    --version', 'print the version'],
    ['-h, --help', 'this text'],
  ],
  21,
)}`;

const testModes = ['all', 'schema', 'records'] as const;
export type TestMode = (typeof testModes)[number];

export interface TapArguments {
  action: 'help' | 'version' | 'about' | 'discover' | 'sync';
  format: AboutFormat;
  configs: string[];
  catalog: string | undefined;
  streams: string | undefined;
  state: string | undefined;
  test: TestMode | undefined;
}

const options = {
  config: { type: 'string', short: 'c', multiple: true },
  catalog: { type: 'string' },
  properties: { type: 'string', short: 'p' },
  streams: { type: 'string' },
  state: { type: 'string', short: 's' },
  discover: { type: 'boolean', short: 'd' },
  test: { type: 'string' },
  about: { type: 'boolean' },
  format: { type: 'string' },
  version: { type: 'boolean' },
  dev: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The command line of a tap (singer.md §1.5); a UsageError says what is wrong with it. */
export function parseTapArguments(given: readonly string[]): TapArguments {
  // The mode of --test may be missing, which parseArgs has no word for.
  const values = parsed(given.map((word) => (word === '--test' ? '--test=all' : word)));
  const action =
    (['help', 'version', 'about', 'discover'] as const).find((name) => values[name] === true) ?? 'sync';
  const catalog = values.catalog ?? values.properties;
  if (catalog !== undefined && values.streams !== undefined)
    throw new UsageError('--streams is for a run without --catalog');
  return {
    action,
    format: oneOf('--format', values.format ?? 'text', aboutFormats),
    configs: values.config ?? [],
    catalog,
    streams: values.streams,
    state: values.state,
    test: values.test === undefined ? undefined : oneOf('--test', values.test, testModes),
  };
}

function parsed(words: string[]) {
  try {
    return parseArgs({ args: words, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { message } = error as Error;
    // What follows the first sentence is advice that does not apply here.
    throw new UsageError(message.split(/\.\s/, 1)[0]!.replace(/\.$/, ''), { cause: error });
  }
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new UsageError(`${flag} has to be one of ${allowed.join(', ')}`);
  return found;
}
