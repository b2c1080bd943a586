import { offeredProtocol } from '../api/offered-protocol.ts';
import { createTransport } from '../api/transport.ts';
import { CountedTransport, mostRequests } from '../doctor/counted-transport.ts';
import { examine } from '../doctor/examine.ts';
import { watch } from '../doctor/watch.ts';
import { type Examination, type Finding, readingsOfReport, reportSchema } from '../doctor-report.ts';
import { ConfigError, UsageError } from '../errors.ts';
import type { Log } from '../log.ts';
import { withAccount } from './account.ts';
import { defineCommand } from './command.ts';
import type { Context } from './context.ts';
import { readJsonFile } from './json-file.ts';
import { configFlag, readSettings } from './settings.ts';
import { textTable } from './text-table.ts';
import { keepTokensInFile } from './token-keeping.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary:
    `Finds out how this account behaves where nobody could confirm how Kommo does, with ${mostRequests} requests at most, ` +
    'all of them reading ones. Prints what deviates from the documentation or is unknown, and nothing of any record.',
  flags: {
    config: configFlag,
    verbose: { type: 'boolean', summary: 'print what holds too' },
    json: { type: 'boolean', summary: 'all readings as JSON, to be attached to a report' },
    diff: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'print only what differs from a report that --json has written',
    },
    watch: {
      type: 'string',
      placeholder: '10m',
      summary:
        'instead look at the newest leads every ten seconds for so many minutes: do records show up late?',
    },
  },
  async run(context, flags) {
    const minutes = flags.watch === undefined ? undefined : minutesOf(flags.watch);
    const former = flags.diff === undefined ? undefined : await readReport(flags.diff);
    const streams = await context.loadStreams();
    const config = await readSettings(context, flags.config);
    const log: Log = (level, message) => {
      if (level === 'error' || level === 'warn') context.stderr.write(`${context.program}: ${message}\n`);
    };
    const { clock, environment, signal } = context;
    const transport = new CountedTransport(createTransport({}, environment), clock);
    const { requestsPerSecond, origin } = config;
    const offered = () => offeredProtocol(origin, environment);
    const tokenStore = keepTokensInFile(context, config, flags.config);
    const found = await withAccount(
      context,
      config,
      log,
      (client) =>
        minutes === undefined
          ? examine(client, { transport, clock, streams, requestsPerSecond, offeredProtocol: offered })
          : watch(client, { transport, clock, signal, minutes }),
      { tokenStore, transport },
    );
    await print(context, found, { ...flags, former });
    return 0;
  },
});

interface Wanted {
  verbose: boolean;
  json: boolean;
  former: readonly Finding[] | undefined;
}

async function print(
  { stdout }: Context,
  { requests, readings }: Examination,
  wanted: Wanted,
): Promise<void> {
  const before = wanted.former && new Map(wanted.former.map((finding) => [finding.name, finding]));
  // What was the same for all lists may differ now.
  const formerly = ({ name }: Finding) => before?.get(name) ?? before?.get(name.split('.', 1)[0]!);
  const isNew = (finding: Finding) => {
    const { grade, seen } = finding;
    const old = formerly(finding);
    return old?.grade !== grade || old.seen !== seen;
  };
  const chosen = before ? readings.filter(isNew) : readings;
  if (wanted.json) {
    await stdout.writeText(
      JSON.stringify({ schema: reportSchema, requests, readings: chosen }, undefined, 2),
    );
    return;
  }
  const shown = wanted.verbose || before ? chosen : chosen.filter(({ grade }) => grade !== 'holds');
  const rows = shown.map((finding) => [
    finding.name,
    ...(before ? [formerly(finding)?.seen ?? ''] : []),
    `${finding.grade}: ${finding.seen}`,
    finding.follows,
  ]);
  const heading = ['reading', ...(before ? ['before'] : []), 'seen here', 'what follows'];
  const table = rows.length === 0 ? [] : textTable(heading, rows);
  const rest = readings.length - shown.length;
  const holding = readings.filter(({ grade }) => grade === 'holds').length;
  const hidden = before ? `${rest} readings are as before.` : `${holding} readings hold.`;
  for (const line of [...table, `${requests} requests. ${hidden}`]) await stdout.writeText(line);
}

async function readReport(path: string): Promise<readonly Finding[]> {
  const findings = readingsOfReport(await readJsonFile(path, 'report'));
  if (findings === undefined)
    throw new ConfigError(`The report file ${path} is none that source-kommo doctor --json has written.`);
  return findings;
}

/** One request every ten seconds: more minutes than these would be too many requests. */
const mostMinutes = Math.floor(mostRequests / 6);

function minutesOf(text: string): number {
  const minutes = Number(/^(\d{1,4})m?$/.exec(text)?.[1]);
  if (!(minutes >= 1 && minutes <= mostMinutes))
    throw new UsageError(`--watch wants minutes from 1m to ${mostMinutes}m, not ${text}`);
  return minutes;
}
