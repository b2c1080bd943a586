import { discoverCatalog } from '../dialect/airbyte/catalog.ts';
import { catalogLine } from '../dialect/airbyte/messages.ts';
import type { Stream } from '../stream/declaration.ts';
import { airbyteLog, traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';
import { wantsFieldColumns } from './wants-field-columns.ts';

export const discover = defineCommand({
  name: 'discover',
  summary:
    'Prints the streams and their columns as an Airbyte CATALOG message. The account is asked only where the config ' +
    'has custom_field_columns: their columns differ from account to account.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the settings, as JSON; nothing in them but custom_field_columns changes the streams',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  fail: traceFailure,
  async run(context, flags) {
    const streams = await context.loadStreams();
    const received = flags.config === undefined ? undefined : await readJsonFile(flags.config, 'config');
    const offered = wantsFieldColumns(received)
      ? await askAccount(context, streams, flags.config!, flags.debug)
      : streams;
    await context.stdout.write(catalogLine(discoverCatalog(offered)));
    return 0;
  },
});

async function askAccount(
  context: Context,
  streams: readonly Stream[],
  path: string,
  debug: boolean,
): Promise<readonly Stream[]> {
  const [{ readSettings }, { offeredStreams }, { tellTokensToAirbyte }] = await Promise.all([
    import('./settings.ts'),
    import('./custom-field-columns.ts'),
    import('./token-keeping.ts'),
  ]);
  const config = await readSettings(context, path);
  const tokenStore = tellTokensToAirbyte(context, config, path, !context.stdout.isTerminal);
  return offeredStreams(context, config, streams, airbyteLog(context, debug), tokenStore);
}
