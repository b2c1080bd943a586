import { UsageError } from '../errors.ts';
import { describeTerms, wrapWords } from '../word-wrap.ts';
import { asksForHelp, type Command } from './command.ts';
import type { Context } from './context.ts';
import { readVersion } from './version.ts';

export interface Entry {
  summary: string;
  /** Loads the command and the libraries that it alone needs. */
  load(): Promise<Command>;
}

/** What `source-kommo` can do, in the order in which a person meets it. */
export const commands: Readonly<Record<string, Entry>> = {
  spec: {
    summary: 'print the settings as an Airbyte SPEC message',
    load: async () => (await import('./spec.ts')).spec,
  },
  check: {
    summary: 'try the settings on the account, and say what to fix',
    load: async () => (await import('./check.ts')).check,
  },
  discover: {
    summary: 'print the streams and their columns as an Airbyte CATALOG message',
    load: async () => (await import('./discover.ts')).discover,
  },
  streams: {
    summary: 'list the streams, and which of them this account and token can read',
    load: async () => (await import('./streams.ts')).streams,
  },
  read: {
    summary: 'print records as Airbyte messages, with a configured catalog or without one',
    load: async () => (await import('./read.ts')).read,
  },
  get: {
    summary: 'print one record as Kommo has it, or a list that belongs to it',
    load: async () => (await import('./get.ts')).get,
  },
  sync: {
    summary: 'fill a SQLite file with the account, or bring it up to date',
    load: async () => (await import('./sync.ts')).sync,
  },
  plan: {
    summary: 'say how long a first sync is likely to take',
    load: async () => (await import('./plan.ts')).plan,
  },
  verify: {
    summary: 'compare a SQLite file with the account: keys and times of change, or every column',
    load: async () => (await import('./verify.ts')).verify,
  },
  doctor: {
    summary: 'find out how this account behaves where Kommo is not documented',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  login: {
    summary: 'authorize an OAuth integration once',
    load: async () => (await import('./login.ts')).login,
  },
  simulator: {
    summary: 'run a simulated Kommo account on localhost, to try things on',
    load: async () => (await import('./simulator.ts')).simulator,
  },
};

/** The command that the arguments name, and the context with what follows the name. */
export async function findCommand(context: Context): Promise<{ command: Command; context: Context }> {
  if (context.program === 'tap-kommo') return { command: (await import('./tap.ts')).tapCommand, context };
  const [name, ...rest] = context.arguments;
  if (name === '--version') return { command: version, context };
  if (name !== undefined && Object.hasOwn(commands, name)) {
    return { command: await commands[name]!.load(), context: { ...context, arguments: rest } };
  }
  if (asksForHelp(context.arguments)) return { command: help, context };
  const problem = name === undefined ? 'no command' : `unknown command ${name}`;
  throw new UsageError(`${problem}; one of: ${Object.keys(commands).join(', ')}`);
}

const version: Command = {
  async run(context) {
    await context.stdout.write(`${context.program} ${await readVersion(context.packageRoot)}`);
    return 0;
  },
};

const help: Command = {
  async run(context) {
    const terms = Object.entries(commands).map(([name, { summary }]): [string, string] => [name, summary]);
    const further = `${context.program} <command> --help lists the flags of a command, ${context.program} --version prints the version.`;
    await context.stdout.write(
      `${context.program} <command> [flags]\n\n` +
        'Moves a Kommo (formerly amoCRM) account into a data warehouse.\n\n' +
        `${describeTerms(terms)}\n\n${wrapWords(further).join('\n')}`,
    );
    return 0;
  },
};
