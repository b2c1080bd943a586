import type { Account, KommoClient } from '../api/kommo-client.ts';
import type { Log } from '../log.ts';
import { openProgress } from '../sink/progress.ts';
import { endingOf } from '../sink/situation.ts';
import type { FileAccount } from '../sink/sqlite/account.ts';
import { openSqliteSink, type SqliteSink } from '../sink/sqlite/sink.ts';
import { openTally, secondsOf, type Tally } from '../sink/tally.ts';
import type { Stream } from '../stream/declaration.ts';
import type { PlannedStream, SyncMode } from '../sync/event.ts';
import { restingSince } from '../sync/rest.ts';
import { run } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { type Choice, chooseStreams } from './choose-streams.ts';
import { defineCommand } from './command.ts';
import { describeFailures } from './failures.ts';
import { noteNulledValues } from './nulled-values.ts';
import { configFlag, readSettings } from './settings.ts';
import { textTable } from './text-table.ts';
import { keepTokensInFile } from './token-keeping.ts';
import { stampLines } from './unattended.ts';

export const sync = defineCommand({
  name: 'sync',
  summary:
    'Fills a SQLite file with the account, or brings it up to date. Its progress is on stderr, a table of what it did ' +
    'on stdout.',
  flags: {
    config: configFlag,
    to: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the SQLite file; it is created if it does not exist',
      required: true,
    },
    streams: {
      type: 'string',
      placeholder: 'LIST',
      summary:
        'which streams: names such as leads,users or default,talk_messages, or all; without it the default ones',
    },
    'full-refresh': {
      type: 'boolean',
      summary: 'read everything again, and mark rows that Kommo no longer has as deleted',
    },
    prune: {
      type: 'boolean',
      summary: 'at the end, remove the rows that are marked as deleted',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  async run(context, flags) {
    const { clock, environment, signal, stderr, stdout } = context;
    const chosen = chooseStreams(await context.loadStreams(), flags.streams);
    const config = await readSettings(context, flags.config);
    stampLines(context, config);
    const streams = chosen.map((choice) => ({
      ...choice,
      mode: modeOf(choice.stream, flags['full-refresh']),
    }));
    const tally = openTally(clock);
    const progress = openProgress({ stderr, clock, tally, environment, debug: flags.debug });
    const { log } = progress;
    const noteNulled = noteNulledValues(log);
    const tokenStore = keepTokensInFile(context, config, flags.config);
    const fill = async (client: KommoClient) => {
      const account = fileAccount(await client.account(['datetime_settings']));
      const sink = openSqliteSink({
        path: flags.to,
        account,
        streams,
        startDate: config.startDate,
        clock,
        log,
      });
      try {
        const { startDate, lookbackSeconds, witness } = config;
        const resting = new Map(
          streams.flatMap((each): [string, number][] => {
            const { stream, required } = each;
            const since = restingSince(stream, sink.state(stream.name), clock.now() / 1000);
            return since === undefined || required || flags['full-refresh'] ? [] : [[stream.name, since]];
          }),
        );
        const plan = streams
          .filter(({ stream }) => !resting.has(stream.name))
          .map((each) => planned(each, sink));
        const failures = await run({
          ...{ client, plan, startDate, lookbackSeconds, witness, clock, log, signal },
          async emit(event) {
            await sink.emit(event);
            tally.observe(event);
            noteNulled(event);
            progress.observe(event);
          },
        });
        progress.stop();
        if (flags.prune && !signal.aborted) prune(streams, sink, log);
        for (const line of report(streams, sink, tally, resting, clock.now())) await stdout.writeText(line);
        const stopped = `stopped; what was read so far is kept in ${flags.to}, and the next run continues from there`;
        for (const line of describeFailures(failures, signal, stopped))
          stderr.write(`${context.program}: ${line}\n`);
        return failures.size === 0 ? 0 : 1;
      } finally {
        progress.stop();
        sink.close();
      }
    };
    return withAccount(context, config, log, fill, { tokenStore });
  },
});

/** Views show times by the account's clock. */
function fileAccount({ id, name, createdAt, body }: Account): FileAccount {
  const embedded = body._embedded as { datetime_settings?: { timezone?: unknown } } | undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const timeZone = text(embedded?.datetime_settings?.timezone);
  return { id, name, createdAt, currency: text(body.currency), timeZone };
}

/** Where nothing tells which rows have changed, all are read. */
function modeOf(stream: Stream, fullRefresh: boolean): SyncMode {
  return fullRefresh || !stream.incremental ? 'full_refresh' : 'incremental';
}

function planned(choice: Choice & { mode: SyncMode }, sink: SqliteSink): PlannedStream {
  const { stream } = choice;
  const columns = Object.keys(stream.schema.properties);
  return { ...choice, columns, state: sink.state(stream.name), looksAgain: true };
}

function report(
  streams: readonly { stream: Stream }[],
  sink: SqliteSink,
  { streams: tallies }: Tally,
  resting: ReadonlyMap<string, number>,
  now: number,
): string[] {
  const rows = streams.map(({ stream: { name } }) => {
    const { rows, changed, deleted } = sink.count(name);
    const tally = tallies.get(name);
    const seconds = tally === undefined ? 0 : secondsOf(tally, now);
    const ended = (tally && endingOf(tally)) ?? restingText(resting.get(name)) ?? 'not begun';
    return [name, rows, changed, deleted, tally?.requests ?? 0, seconds, ended];
  });
  // Fits a terminal of 80 columns, with the longest names of streams.
  return textTable(['stream', 'rows', 'changed', 'deleted', 'requests', 'seconds', 'ended'], rows);
}

/** `11-21 05:12Z`: when it was read, where it was not read again. */
function restingText(since: number | undefined): string | undefined {
  return since === undefined
    ? undefined
    : `${new Date(since * 1000).toISOString().slice(5, 16).replace('T', ' ')}Z`;
}

function prune(streams: readonly { stream: Stream }[], sink: SqliteSink, log: Log): void {
  const pruned = streams.flatMap(({ stream: { name } }) => {
    const rows = sink.prune(name);
    return rows === 0 ? [] : [`${name} ${rows.toLocaleString('en-US')}`];
  });
  if (pruned.length > 0) log('info', `removed rows that were marked as deleted: ${pruned.join(', ')}`);
}
