import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../run-program.ts';
import { type Bench, rowsIn, type StreamRecord } from './bench.ts';
import type { Requirements } from './shape.ts';

// biome-ignore lint/suspicious/noExplicitAny: a message has another shape for each type
type Message = any;

const spec = JSON.parse(readFileSync(new URL('../../spec.json', import.meta.url), 'utf8'));
/** Where the platform mounts them (airbyte.md §2.2). */
const config = '/source/connectorConfig.json';
const catalog = '/source/catalog.json';
const state = '/source/inputState.json';

/** What its programs do, as a platform or a person starts them. */
export const behaviour: Requirements = {
  async 'spec: prints the settings'({ image }) {
    const messages = linesOf(await image.run({ arguments: ['spec'] }));
    deepEqual(messages, [{ type: 'SPEC', spec }]);
    return 'as in spec.json';
  },

  async 'check: reaches the account'(bench) {
    const config = '/config/connectionConfiguration.json';
    const outcome = await bench.run(
      { arguments: ['check', '--config', config] },
      { [config]: bench.settings() },
    );
    const [{ connectionStatus }] = ofType(linesOf(outcome), 'CONNECTION_STATUS');
    equal(connectionStatus.status, 'SUCCEEDED');
    return connectionStatus.status;
  },

  async 'discover: names the streams'(bench) {
    return (await discover(bench)).map((stream) => stream.name).join(', ');
  },

  async 'read: delivers every record, then what has changed, as the shell of the platform starts it'(bench) {
    const files = { [config]: bench.settings(), [catalog]: await configuredCatalog(bench) };
    const flags = ['--config', config, '--catalog', catalog];
    const first = linesOf(await bench.run({ arguments: ['read', ...flags] }, files));
    const count = bench.expectAll(airbyteRecords(first));

    const edited = bench.edit('leads', 3);
    const command = `eval "$AIRBYTE_ENTRYPOINT read ${flags.join(' ')} --state ${state}"`;
    const again = await bench.run(
      { entrypoint: ['/bin/sh', '-c', command] },
      { ...files, [state]: lastStates(first) },
    );
    const leads = airbyteRecords(linesOf(again)).filter(({ stream }) => stream === 'leads');
    deepEqual(leads.map(({ record }) => record.id).sort(), edited.sort());
    return `${count} records, then ${leads.length} leads`;
  },

  async 'sync: fills a SQLite file in a mounted folder, and brings it up to date'(bench) {
    const data = bench.openFolder(1000);
    await sync(bench, { data });
    bench.edit('tasks', 3);
    return `${await sync(bench, { data })} rows`;
  },

  async 'sync: does so as any other user, too'(bench) {
    return `${await sync(bench, { data: bench.openFolder(4242), user: '4242:4242' })} rows`;
  },

  async 'tap-kommo: delivers every record'(bench) {
    const outcome = await bench.run(
      { entrypoint: ['tap-kommo'], arguments: ['--config', config] },
      { [config]: bench.settings() },
    );
    const messages = linesOf(outcome);
    equal(messages.at(-1).type, 'STATE');
    return `${bench.expectAll(ofType(messages, 'RECORD'))} records`;
  },

  async 'a signal stops it when it is the first process of the container'(bench) {
    // For process 1 the system knows no default action, so raising the signal anew does not end it.
    const read = `$AIRBYTE_ENTRYPOINT read --config ${config} --streams leads`;
    const started = performance.now();
    const outcome = await bench.run(
      { entrypoint: ['/bin/sh', '-c', `(sleep 2; kill -TERM 1) & exec ${read}`] },
      { [config]: bench.settings(0.5) },
    );
    const seconds = (performance.now() - started) / 1000;
    notEqual(outcome.code, 0);
    ok(seconds < 10, `it went on for ${seconds.toFixed(1)} s`);
    return `exit code ${outcome.code} after ${seconds.toFixed(1)} s`;
  },
};

function succeeded({ code, stdout, stderr }: Outcome): string {
  if (code !== 0) throw new Error(`it ended with ${code}: ${(stderr || stdout).slice(-2000)}`);
  return stdout;
}

const linesOf = (outcome: Outcome): Message[] =>
  succeeded(outcome)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const ofType = (messages: Message[], type: string): Message[] =>
  messages.filter((each) => each.type === type);

const airbyteRecords = (messages: Message[]): StreamRecord[] =>
  ofType(messages, 'RECORD').map(({ record }) => ({ stream: record.stream, record: record.data }));

/** Runs `sync` on a file in the folder `data` and returns its number of rows; throws unless it is complete. */
async function sync(bench: Bench, container: { data: string; user?: string }): Promise<number> {
  const given = ['sync', '--config', config, '--to', 'kommo.db'];
  succeeded(await bench.run({ arguments: given, ...container }, { [config]: bench.settings() }));
  return bench.expectAll(rowsIn(join(container.data, 'kommo.db')));
}

async function discover(bench: Bench): Promise<Message[]> {
  const outcome = await bench.run(
    { arguments: ['discover', '--config', config] },
    { [config]: bench.settings() },
  );
  return ofType(linesOf(outcome), 'CATALOG')[0].catalog.streams;
}

async function configuredCatalog(bench: Bench): Promise<Message> {
  const streams = (await discover(bench)).map((stream) => ({
    stream,
    sync_mode: stream.supported_sync_modes.at(-1),
    destination_sync_mode: 'append_dedup',
  }));
  return { streams };
}

/** The last state of each stream, as a platform passes it to the next read. */
function lastStates(messages: Message[]): Message[] {
  const last = new Map<string, Message>();
  for (const { state } of ofType(messages, 'STATE')) last.set(state.stream.stream_descriptor.name, state);
  return [...last.values()];
}
