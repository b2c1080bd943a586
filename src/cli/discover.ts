import { discoverCatalog } from '../dialect/airbyte/catalog.ts';
import { catalogLine } from '../dialect/airbyte/messages.ts';
import { traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';

export const discover = defineCommand({
  name: 'discover',
  summary: 'Prints the streams and their columns as an Airbyte CATALOG message. Needs no account.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'accepted, and not read: the streams are the same for every account',
    },
    debug: { type: 'boolean', summary: 'accepted, as by every command of Airbyte; there is nothing to log' },
  },
  fail: traceFailure,
  async run(context) {
    await context.stdout.write(catalogLine(discoverCatalog(await context.loadStreams())));
    return 0;
  },
});
