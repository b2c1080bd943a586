import type { KommoClient } from '../api/kommo-client.ts';
import { ConfigError, NotAvailableError, UsageError } from '../errors.ts';
import type { Log } from '../log.ts';
import { logLine } from '../sink/terminal.ts';
import { withAccount } from './account.ts';
import { defineCommand } from './command.ts';
import { type Address, parseAddress } from './get/address.ts';
import { entities } from './get/entities.ts';
import { fetchRows, type Row } from './get/fetch-rows.ts';
import { type Source, shaperOf, sourceOf } from './get/shaped.ts';
import { configFlag, readSettings } from './settings.ts';
import { keepTokensInFile } from './token-keeping.ts';

export const get = defineCommand({
  name: 'get',
  operands: 'ENTITY ID [LIST]',
  summary:
    'Prints one record as Kommo has it, as JSON: get leads 123. Add the name of a list that belongs to ' +
    'the record to print its rows, one per line: get leads 123 notes.',
  terms: [
    ...entities.map(({ name, id, parts }): [string, string] => [
      `${name} ${id}`.trim(),
      parts.map((part) => part.name).join(', '),
    ]),
  ],
  flags: {
    config: configFlag,
    shaped: {
      type: 'boolean',
      summary: 'the columns that the stream delivers, instead of what Kommo sends',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  async run(context, flags, operands) {
    const { stderr, stdout } = context;
    const address = parseAddress(operands);
    const source = sourceOf(await context.loadStreams(), address);
    if (flags.shaped && source === undefined) {
      throw new UsageError(`--shaped: no stream has columns for ${operands.join(' ')}`);
    }
    const config = await readSettings(context, flags.config);
    const log: Log = (level, message) => {
      if (flags.debug || level !== 'debug') stderr.write(logLine(level, message));
    };
    const shape = flags.shaped && source !== undefined ? shaperOf(source) : (row: Row) => [row];
    const print = async (client: KommoClient) => {
      for await (const row of look(client, address, source)) {
        for (const record of shape(row)) await stdout.write(printed(record, address));
      }
      return 0;
    };
    return withAccount(context, config, log, print, {
      tokenStore: keepTokensInFile(context, config, flags.config),
    });
  },
});

/** What is at the address; rejects with a ConfigError where the account has no such record. */
async function* look(client: KommoClient, address: Address, source: Source | undefined): AsyncGenerator<Row> {
  const { entity, place, path, recordPath } = address;
  const parts = source?.list?.with ?? [];
  const query: Record<string, string> = parts.length === 0 ? {} : { with: parts.join() };
  try {
    if (place === entity.record && entity.id !== '') return yield await record(client, address, query);
    let isEmpty = true;
    for await (const row of fetchRows(client, place, path, query)) {
      isEmpty = false;
      yield row;
    }
    // Kommo answers alike where a record has no rows and where there is no record.
    if (isEmpty && entity.id !== '') await record(client, { ...address, path: recordPath }, {});
  } catch (error) {
    if (!(error instanceof NotAvailableError) || error.status !== 404 || entity.id === '') throw error;
    // An account that does not exist knows no record either, which is another problem.
    await client.account([]);
    throw notThere(address);
  }
}

async function record(client: KommoClient, address: Address, query: Record<string, string>): Promise<Row> {
  const { entity, path, typed } = address;
  for await (const row of fetchRows(client, entity.record, path, query)) {
    // Some words in place of an id lead to a list, or to another thing.
    if (isSame(row[entity.identity], typed)) return row;
  }
  throw notThere(address);
}

function isSame(identity: unknown, typed: string): boolean {
  const own = typed.slice(typed.lastIndexOf('/') + 1);
  return `${identity}` === own || (typeof identity === 'number' && identity === Number(own));
}

function notThere({ entity, typed }: Address): ConfigError {
  return new ConfigError(`The account has no such record: ${entity.name} ${typed}`);
}

/** A record is for the eye, rows are for other programs. */
function printed(row: Row, { entity, place }: Address): string {
  return JSON.stringify(row, undefined, place === entity.record ? 2 : undefined);
}
