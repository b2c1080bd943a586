import type { KommoClient } from '../api/kommo-client.ts';
import type { Config } from '../config.ts';
import { NotAvailableError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Stream } from '../stream/declaration.ts';
import type { Estimate } from '../sync/estimate.ts';
import { estimate } from '../sync/estimate-stream.ts';
import type { Failures } from '../sync/run.ts';
import { withAccount } from './account.ts';
import { type Choice, chooseStreams } from './choose-streams.ts';
import { defineCommand } from './command.ts';
import { describeFailures } from './failures.ts';
import { configFlag, readSettings } from './settings.ts';
import { textTable } from './text-table.ts';
import { keepTokensInFile } from './token-keeping.ts';

export const plan = defineCommand({
  name: 'plan',
  summary:
    'Estimates how many records each stream has, and how many requests and minutes a first sync takes, from a few ' +
    'pages of each.',
  flags: {
    config: configFlag,
    streams: {
      type: 'string',
      placeholder: 'LIST',
      summary:
        'which streams: names such as leads,users or default,talk_messages, or all; without it the default ones',
    },
  },
  async run(context, flags) {
    const { signal, stderr, stdout } = context;
    const chosen = chooseStreams(await context.loadStreams(), flags.streams);
    const config = await readSettings(context, flags.config);
    const estimates = new Map<Stream, Estimate>();
    const failures: Failures = new Map();
    const log: Log = (level, message) => {
      if (level === 'error' || level === 'warn') stderr.write(`${context.program}: ${message}\n`);
    };
    const look = async (client: KommoClient) => {
      await client.account([]);
      await Promise.all(
        chosen.map(async ({ stream, required }) => {
          try {
            estimates.set(stream, await estimate(stream, client, config.startDate, context.clock));
          } catch (error) {
            if (required || !(error instanceof NotAvailableError)) failures.set(stream.name, error);
            else log('warn', `${stream.name}: left out. ${error.message}`);
          }
        }),
      );
      for (const line of report(chosen, estimates, config)) await stdout.writeText(line);
      for (const line of describeFailures(failures, signal)) stderr.write(`${context.program}: ${line}\n`);
      return failures.size === 0 ? 0 : 1;
    };
    const tokenStore = keepTokensInFile(context, config, flags.config);
    return withAccount(context, config, log, look, { tokenStore });
  },
});

function report(
  chosen: readonly Choice[],
  estimates: ReadonlyMap<Stream, Estimate>,
  { requestsPerSecond }: Config,
): string[] {
  const minutes = (requests: number) => minutesShown(requests / requestsPerSecond / 60);
  const total = { records: 0, requests: 0 };
  const lists = new Set<string>();
  const rows = chosen.flatMap(({ stream }) => {
    const found = estimates.get(stream);
    if (found === undefined) return [];
    // Streams of one list are read together.
    const list = JSON.stringify(
      stream.lists.map(({ host, path, query, kinds }) => [host, path, query, kinds]),
    );
    const requests = lists.has(list) ? 0 : found.requests;
    lists.add(list);
    total.records += found.records;
    total.requests += requests;
    return [[stream.name, recordsShown(found.records, found.isExact), requests, minutes(requests)]];
  });
  const probes = [...estimates.values()].reduce((sum, { probes }) => sum + probes, 0);
  const isRough = [...estimates.values()].some(({ isExact }) => !isExact);
  const all = ['all', recordsShown(total.records, !isRough), total.requests, minutes(total.requests)];
  return [
    ...textTable(['stream', 'records', 'requests', 'minutes'], [...rows, all]),
    `At ${requestsPerSecond} requests a second. Estimated from ${probes} requests${isRough ? '; long lists to within about a fifth' : ''}.`,
  ];
}

/** What takes seconds is not worth a figure. */
function minutesShown(minutes: number): string | number {
  return minutes > 0 && minutes < 1 ? '<1' : minutes;
}

/** An estimate shall not look like a count. */
function recordsShown(records: number, isExact: boolean): number {
  return isExact ? records : Number(records.toPrecision(2));
}
