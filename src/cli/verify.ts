import type { KommoClient } from '../api/kommo-client.ts';
import { openProgress } from '../sink/progress.ts';
import { openAudit } from '../sink/sqlite/audit.ts';
import { openTally } from '../sink/tally.ts';
import type { List, Stream } from '../stream/declaration.ts';
import type { PlannedStream } from '../sync/event.ts';
import { run } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { chooseStreams } from './choose-streams.ts';
import { defineCommand } from './command.ts';
import { describeFailures } from './failures.ts';
import { configFlag, readSettings } from './settings.ts';
import { keepTokensInFile } from './token-keeping.ts';
import { stampLines } from './unattended.ts';
import { conclude } from './verdict.ts';

export const verify = defineCommand({
  name: 'verify',
  summary:
    'Reads the account again, by id, and compares keys and times of change with a SQLite file that sync has ' +
    'filled. Exit code 0: no record is missing in the file, or older there than in the account.',
  flags: {
    config: configFlag,
    db: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the SQLite file that sync has filled',
      required: true,
    },
    streams: {
      type: 'string',
      placeholder: 'LIST',
      summary: 'only these, such as leads,users; without it all that the file holds',
    },
    deep: {
      type: 'boolean',
      summary: 'compare every column: links, tags and custom fields too',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  async run(context, flags) {
    const { clock, environment, signal, stderr, stdout } = context;
    const chosen = chooseStreams(await context.loadStreams(), flags.streams ?? 'all').map(
      ({ stream }) => stream,
    );
    const config = await readSettings(context, flags.config);
    stampLines(context, config);
    const tally = openTally(clock);
    const progress = openProgress({ stderr, clock, tally, environment, debug: flags.debug });
    const { log } = progress;
    const examine = async (client: KommoClient) => {
      const account = await client.account([]);
      const audit = openAudit({ path: flags.db, account, streams: chosen, deep: flags.deep });
      try {
        const { startDate, lookbackSeconds } = config;
        const failures = await run({
          ...{ client, startDate, lookbackSeconds, clock, log, signal },
          plan: audit.streams.map((stream) =>
            planned(stream, flags.deep, flags.streams !== undefined || audit.isFilled(stream)),
          ),
          async emit(event) {
            await audit.emit(event);
            tally.observe(event);
            progress.observe(event);
          },
        });
        progress.stop();
        const wanted = flags.streams === undefined ? audit.streams : chosen;
        const { lines, isComplete } = conclude(audit, wanted, failures, {
          ...{ startDate, deep: flags.deep, path: flags.db },
        });
        for (const line of lines) await stdout.writeText(line);
        const stopped = 'stopped before the end; verify keeps nothing, so the next one starts over';
        for (const line of describeFailures(failures, signal, stopped))
          stderr.write(`${context.program}: ${line}\n`);
        return isComplete ? 0 : 1;
      } finally {
        progress.stop();
        audit.close();
      }
    };
    const tokenStore = keepTokensInFile(context, config, flags.config);
    return withAccount(context, config, log, examine, { tokenStore });
  },
});

/**
 * Key and version of every record, or all of it. Lists that can be ordered by id are read whole in that order:
 * neither the filter nor the order by which sync finds changes has a part in the audit of it.
 */
function planned(stream: Stream, deep: boolean, required: boolean): PlannedStream {
  const versions = stream.cursor === undefined ? stream.key : [...stream.key, stream.cursor];
  const columns = deep ? Object.keys(stream.schema.properties) : versions;
  const lists = stream.lists.map((list): List => {
    const byId: List = list.ordersById ? { ...list, cursor: undefined, filter: undefined } : list;
    // What with= adds makes pages slow and says nothing about versions; rows inside of a single answer come by it.
    return deep || !list.isPaged ? byId : { ...byId, with: [] };
  });
  return { stream: { ...stream, lists }, mode: 'full_refresh', columns, state: undefined, required };
}
