import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { planCatalog } from '../dialect/airbyte/configured.ts';
import { readStateFile } from '../dialect/airbyte/state.ts';
import { Translator } from '../dialect/airbyte/translator.ts';
import { UsageError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PlannedStream } from '../sync/event.ts';
import { run } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { airbyteLog, traceFailure } from './airbyte.ts';
import { type Choice, chooseStreams } from './choose-streams.ts';
import { defineCommand } from './command.ts';
import { addFieldColumns } from './custom-field-columns.ts';
import { readJsonFile } from './json-file.ts';
import { configFlag, readSettings } from './settings.ts';
import { tellTokensToAirbyte } from './token-keeping.ts';

export const read = defineCommand({
  name: 'read',
  summary:
    'Prints records as Airbyte messages, one per line: those that a configured catalog asks for, or without a catalog those ' +
    'of the named streams.',
  flags: {
    config: configFlag,
    catalog: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the configured catalog: which streams and columns to read, as JSON',
    },
    state: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'with --catalog: the states of an earlier read, as JSON; the read continues from there',
    },
    streams: {
      type: 'string',
      placeholder: 'LIST',
      summary:
        'without --catalog: which streams: names such as leads,users, or all; without it the default ones',
    },
    limit: {
      type: 'string',
      placeholder: 'N',
      summary: 'without --catalog: at most N records of each stream',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  fail: traceFailure,
  async run(context, flags) {
    const log = airbyteLog(context, flags.debug);
    const { catalog } = flags;
    if (catalog === undefined && flags.state !== undefined)
      throw new UsageError('--state needs --catalog FILE');
    if (catalog !== undefined && (flags.streams ?? flags.limit) !== undefined) {
      throw new UsageError('--streams and --limit are for a read without --catalog');
    }
    const recordLimit = parseLimit(flags.limit);
    const streams = await context.loadStreams();
    const chosen = chooseStreams(streams, flags.streams);
    const config = await readSettings(context, flags.config);
    const configured =
      catalog === undefined
        ? undefined
        : planCatalog(
            await readJsonFile(catalog, 'catalog'),
            streams,
            readStateFile(flags.state && (await readJsonFile(flags.state, 'state'))),
            (message) => log('warn', message),
          );
    const { clock, signal, stdout } = context;
    const isForPlatform = catalog !== undefined && !stdout.isTerminal;
    const tokenStore = tellTokensToAirbyte(context, config, flags.config, isForPlatform);
    const whole = async (client: KommoClient) => {
      const { plan, failures } = configured ?? {
        plan: (await withFieldColumns(chosen, client, config, { clock: context.clock, log })).map(planWhole),
        failures: new Map(),
      };
      const translator = new Translator(stdout, clock, configured ? log : quieted(log), plan);
      const { startDate, lookbackSeconds, witness } = config;
      const failed = await run({
        ...{ client, plan, startDate, lookbackSeconds, witness, clock, log, signal, recordLimit },
        emit: translator.emit,
      });
      await translator.conclude(failures, failed);
      return failed.size + failures.size === 0 ? 0 : 1;
    };
    return withAccount(context, config, log, whole, { tokenStore });
  },
});

/** A read without a catalog has the columns that a discovery would find now. */
async function withFieldColumns(
  chosen: readonly Choice[],
  client: KommoClient,
  { customFieldColumns }: Config,
  surroundings: { clock: Clock; log: Log },
): Promise<Choice[]> {
  const streams = chosen.map(({ stream }) => stream);
  const offered = await addFieldColumns(streams, client, customFieldColumns, surroundings);
  return chosen.map((choice, index) => ({ ...choice, stream: offered[index]! }));
}

/** Statuses are TRACE lines already: who looks at the data by hand needs no second line for each. */
function quieted(log: Log): Log {
  return (level, message) => log(level === 'info' ? 'debug' : level, message);
}

function planWhole(choice: Choice): PlannedStream {
  const columns = Object.keys(choice.stream.schema.properties);
  return { ...choice, mode: 'full_refresh', columns, state: undefined };
}

function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new UsageError(`--limit: "${text}" is not a number above 0`);
  return limit;
}
