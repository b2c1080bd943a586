import type { Log } from '../log.ts';
import { logLine } from '../sink/terminal.ts';
import type { Stream } from '../stream/declaration.ts';
import { type Availability, findAvailability } from '../sync/availability.ts';
import { withAccount } from './account.ts';
import { defineCommand } from './command.ts';
import { readSettings } from './settings.ts';
import { textTable } from './text-table.ts';
import { keepTokensInFile } from './token-keeping.ts';

export const streams = defineCommand({
  name: 'streams',
  summary:
    'Prints the streams. With a config, also whether this account and token can read them, or why not, at the cost of ' +
    'one small request per list.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the settings, as JSON; with it, the account is asked',
    },
    json: { type: 'boolean', summary: 'the same as JSON: a list with one object per stream' },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  async run(context, flags) {
    const { stdout, stderr } = context;
    const all = await context.loadStreams();
    const availability = flags.config === undefined ? undefined : await ask(flags.config);
    const lines = flags.json
      ? [
          JSON.stringify(
            all.map((stream) => described(stream, availability?.get(stream))),
            undefined,
            2,
          ),
        ]
      : table(all, availability);
    for (const line of lines) await stdout.writeText(line);
    return 0;

    async function ask(path: string): Promise<ReadonlyMap<Stream, Availability>> {
      const config = await readSettings(context, path);
      const log: Log = (level, message) => {
        if (flags.debug || level !== 'debug') stderr.write(logLine(level, message));
      };
      const tokenStore = keepTokensInFile(context, config, path);
      return withAccount(
        context,
        config,
        log,
        async (client) => {
          await client.account([]);
          return findAvailability(client, all);
        },
        { tokenStore },
      );
    }
  },
});

const modeOf = ({ incremental }: Stream) => (incremental ? 'incremental' : 'full_refresh');

function described(stream: Stream, availability: Availability | undefined): object {
  const { name, key, cursor, selectedByDefault, schema } = stream;
  return {
    name,
    description: schema.description ?? '',
    mode: modeOf(stream),
    key,
    cursor: cursor ?? null,
    selected_by_default: selectedByDefault,
    ...(availability && {
      available: availability.isAvailable,
      refused: availability.refused.map(({ list, error }) => ({
        path: list.path,
        status: error.status,
        needs: error.needs,
      })),
    }),
  };
}

function table(
  all: readonly Stream[],
  availability: ReadonlyMap<Stream, Availability> | undefined,
): string[] {
  const rows = all.map((stream) => [
    stream.name,
    modeOf(stream),
    stream.key.join(', '),
    stream.selectedByDefault ? 'yes' : 'no',
    ...(availability ? [verdict(availability.get(stream)!)] : []),
    stream.schema.description ?? '',
  ]);
  const last = availability ? ['available', 'what it is'] : ['what it is'];
  const notes = availability ? reasons(availability) : [];
  return [...textTable(['stream', 'mode', 'key', 'by default', ...last], rows), ...notes];
}

function verdict({ isAvailable, refused }: Availability): string {
  if (refused.length === 0) return 'yes';
  const status = [...new Set(refused.map(({ error }) => error.status))].join(', ');
  return isAvailable ? `in part (${status})` : `no (${status})`;
}

/** What is refused and what it needs, said once for all that need the same. */
function reasons(availability: ReadonlyMap<Stream, Availability>): string[] {
  const refusals = [...availability].flatMap(([{ name, lists }, { refused }]) =>
    refused.map(({ list, error }) => ({
      name: lists.length === 1 ? name : `${name} of ${list.name}`,
      error,
    })),
  );
  return [...Map.groupBy(refusals, ({ error }) => `${error.status}: it needs ${error.needs}`)].map(
    ([reason, same]) => `${same.map(({ name }) => name).join(', ')}: refused with ${reason}.`,
  );
}
