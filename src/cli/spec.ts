import { readFile } from 'node:fs/promises';
import { specLine } from '../dialect/airbyte/messages.ts';
import { traceFailure } from './airbyte.ts';
import { defineCommand } from './command.ts';

export const spec = defineCommand({
  name: 'spec',
  summary: 'Prints the settings as an Airbyte SPEC message.',
  flags: {
    debug: { type: 'boolean', summary: 'accepted, as in every Airbyte command; there is nothing to log' },
  },
  fail: traceFailure,
  async run(context) {
    const text = await readFile(new URL('spec.json', context.packageRoot), 'utf8');
    await context.stdout.write(specLine(JSON.parse(text)));
    return 0;
  },
});
