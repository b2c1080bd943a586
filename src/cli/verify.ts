import type { KommoClient } from '../api/kommo-client.ts';
import { openProgress } from '../sink/progress.ts';
import { type Audit, type Deviation, type Findings, openAudit } from '../sink/sqlite/audit.ts';
import { openTally } from '../sink/tally.ts';
import type { List, Stream } from '../stream/declaration.ts';
import type { PlannedStream } from '../sync/event.ts';
import { type Failures, run } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { chooseStreams } from './choose-streams.ts';
import { defineCommand } from './command.ts';
import { describeFailures } from './failures.ts';
import { readSettings } from './settings.ts';
import { keepTokensInFile } from './token-keeping.ts';
import { stampLines } from './unattended.ts';

export const verify = defineCommand({
  name: 'verify',
  summary:
    'Reads the account once more, by id, and compares every record with a SQLite file that sync has filled. Exit code 0: ' +
    'none is missing in the file, older there than in the account, or gone from the account.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the settings, as JSON; without it KOMMO_SUBDOMAIN and KOMMO_API_KEY of the environment',
    },
    db: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the SQLite file that sync has filled',
      required: true,
    },
    streams: {
      type: 'string',
      placeholder: 'LIST',
      summary: 'only these, as leads,users; all that the file holds where none is named',
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
      const audit = openAudit(flags.db, await client.account([]), chosen);
      try {
        const { startDate, lookbackSeconds } = config;
        const failures = await run({
          ...{ client, startDate, lookbackSeconds, clock, log, signal },
          plan: audit.streams.map(planned),
          async emit(event) {
            await audit.emit(event);
            tally.observe(event);
            progress.observe(event);
          },
        });
        progress.stop();
        const wanted = flags.streams === undefined ? audit.streams : chosen;
        const { lines, isComplete } = conclude(audit, wanted, failures, startDate, flags.db);
        for (const line of lines) await stdout.writeText(line);
        const stopped = 'stopped before the end: a verify that was stopped starts over';
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
 * Key and version of every record. Lists that can be ordered by id are read whole in that order: neither the
 * filter nor the order by which sync finds changes has a part in the audit of it.
 */
function planned(stream: Stream): PlannedStream {
  const columns = stream.cursor === undefined ? stream.key : [...stream.key, stream.cursor];
  const lists = stream.lists.map((list): List => {
    const byId: List = list.ordersById ? { ...list, cursor: undefined, filter: undefined } : list;
    // What with= adds makes pages slow and says nothing about versions.
    return { ...byId, with: [] };
  });
  return { stream: { ...stream, lists }, mode: 'full_refresh', columns, state: undefined };
}

function conclude(
  audit: Audit,
  wanted: readonly Stream[],
  failures: Failures,
  startDate: number | undefined,
  path: string,
): { lines: string[]; isComplete: boolean } {
  const width = Math.max(...wanted.map(({ name }) => name.length));
  const lines: string[] = [];
  let isComplete =
    wanted.length > 0 && wanted.every((stream) => audit.streams.includes(stream)) && failures.size === 0;
  for (const stream of wanted) {
    const name = stream.name.padEnd(width);
    if (!audit.streams.includes(stream)) lines.push(`${name}  not in the file`);
    else if (failures.has(stream.name))
      lines.push(`${name}  not verified: the account could not be read in full`);
    else {
      const findings = audit.compare(stream, startDate);
      const problems = problemsOf(findings);
      lines.push(`${name}  ${verdict(findings, problems)}`, ...problems.map((problem) => `  ${problem}`));
      if (problems.length > 0 || findings.upTo === undefined) isComplete = false;
    }
  }
  lines.push(
    isComplete
      ? `${path} is complete.`
      : `${path} is not complete: sync --full-refresh brings it to what Kommo has now.`,
  );
  return { lines, isComplete };
}

function verdict({ records, upTo }: Findings, problems: readonly string[]): string {
  const of = `${records.toLocaleString('en-US')} records`;
  if (upTo === undefined) return `${of}; no sync of it has got anywhere yet`;
  const time = new Date(upTo * 1000).toISOString().replace('.000', '');
  return problems.length === 0 ? `${of}; complete up to ${time}` : `${of}; not complete up to ${time}:`;
}

function problemsOf({ missing, stale, gone }: Findings): string[] {
  const named: [string, Deviation][] = [
    ['missing in the file', missing],
    ['stale in the file', stale],
    ['gone from Kommo', gone],
  ];
  return named.flatMap(([name, { count, keys }]) => {
    if (count === 0) return [];
    const more = count > keys.length ? ', …' : '';
    return [`${count.toLocaleString('en-US')} ${name}: ${keys.join(', ')}${more}`];
  });
}
