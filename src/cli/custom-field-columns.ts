import type { KommoClient } from '../api/kommo-client.ts';
import type { TokenStore } from '../api/token-store.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { CustomFieldChoice } from '../custom-field-choice.ts';
import { NotAvailableError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type CustomField, withFieldColumns } from '../stream/custom-fields.ts';
import type { Stream } from '../stream/declaration.ts';
import { readCustomFields } from '../sync/custom-field-definitions.ts';
import { withAccount } from './account.ts';
import type { Context } from './context.ts';

/** PostgreSQL takes 1,600 columns in a table, and destinations add some of their own. */
const mostColumns = 1_500;

/** The streams as a discovery offers them; the account is asked only where the settings choose custom fields. */
export async function offeredStreams(
  context: Context,
  config: Config,
  streams: readonly Stream[],
  log: Log,
  tokenStore: TokenStore | undefined,
): Promise<readonly Stream[]> {
  const { customFieldColumns } = config;
  if (customFieldColumns.length === 0) return streams;
  const ask = (client: KommoClient) =>
    addFieldColumns(streams, client, customFieldColumns, { clock: context.clock, log });
  return withAccount(context, config, log, ask, { tokenStore });
}

/** The streams, with columns for the chosen custom fields, of which only the account knows. */
export async function addFieldColumns(
  streams: readonly Stream[],
  client: KommoClient,
  choice: CustomFieldChoice,
  { clock, log }: { clock: Clock; log: Log },
): Promise<readonly Stream[]> {
  if (choice.length === 0) return streams;
  const known = new Map<Stream, readonly CustomField[]>();
  const concerned = streams.filter(({ hasCustomFields }) => hasCustomFields);
  await Promise.all(
    concerned.map(async (stream) => {
      try {
        known.set(stream, await readCustomFields(client, stream, clock));
      } catch (error) {
        if (!(error instanceof NotAvailableError)) throw error;
        log('warn', `${stream.name} get no columns for custom fields. ${error.message}`);
      }
    }),
  );
  if (choice !== 'all') warnOfUnknown(choice, [...known.values()].flat(), log);
  return streams.map((stream) => {
    const fields = (known.get(stream) ?? []).filter((field) => isChosen(field, choice));
    if (fields.length > mostColumns) {
      log(
        'warn',
        `${stream.name} have ${fields.length.toLocaleString('en-US')} custom fields: a table of PostgreSQL takes ` +
          '1,600 columns in all. Name those that you need in custom_field_columns.',
      );
    }
    return withFieldColumns(stream, fields);
  });
}

function isChosen({ id, code }: CustomField, choice: CustomFieldChoice): boolean {
  return choice === 'all' || choice.some((name) => name === `${id}` || isCode(name, code));
}

/** Kommo writes codes in capitals. */
function isCode(name: string, code: string | undefined): boolean {
  return name.toUpperCase() === code?.toUpperCase();
}

function warnOfUnknown(choice: readonly string[], fields: readonly CustomField[], log: Log): void {
  const unknown = choice.filter((name) => !fields.some((field) => isChosen(field, [name])));
  if (unknown.length === 0) return;
  log('warn', `custom_field_columns: the account has no custom field ${unknown.join(', ')}`);
}
