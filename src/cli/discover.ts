import { discoverCatalog } from '../dialect/airbyte/catalog.ts';
import { catalogLine } from '../dialect/airbyte/messages.ts';
import { traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';

export const discover = defineCommand({
  name: 'discover',
  summary: 'Prints the streams and their columns as an Airbyte CATALOG message. Asks no account.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the settings; not needed, the catalog is static',
    },
    debug: { type: 'boolean', summary: 'log more' },
  },
  fail: traceFailure,
  async run(context) {
    await context.stdout.write(catalogLine(discoverCatalog(await context.loadStreams())));
    return 0;
  },
});
