import { parseArgs } from 'node:util';
import { type Doubt, doubts } from '../readings.ts';
import { namedFaults } from './faults.ts';
import type { SimulatorOptions } from './options.ts';
import { defaultReadings, type Readings, setReading } from './readings.ts';
import { type Simulator, startSimulator } from './simulator.ts';

/** Where the command's lines go, and what ends it. */
export interface CommandIo {
  /** One line to stdout. */
  write(line: string): void;
  /** One line to stderr. */
  note(line: string): void;
  signal: AbortSignal;
}

const options = {
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  host: { type: 'string' },
  seed: { type: 'string' },
  leads: { type: 'string' },
  contacts: { type: 'string' },
  companies: { type: 'string' },
  tasks: { type: 'string' },
  events: { type: 'string' },
  users: { type: 'string' },
  pipelines: { type: 'string' },
  years: { type: 'string' },
  'custom-fields': { type: 'string' },
  latency: { type: 'string' },
  jitter: { type: 'string' },
  rate: { type: 'string' },
  competitor: { type: 'string' },
  reading: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
} as const;

const perList = Object.entries<Doubt>(doubts).flatMap(([name, doubt]) => (doubt.perList ? [name] : []));

const help = `source-kommo simulator [flags]

Runs a simulated Kommo account on localhost until Ctrl-C. Prints its address, its token, and a config for it.

  --port N             where to listen (default 0: any free port)
  --host H             the address to listen on (default 127.0.0.1)
  --seed N             one seed is one account (default 1)
  --leads N            how many leads (default 5000); --contacts, --companies, --tasks, --events,
                       --users and --pipelines derive from it where they are not given
  --years N            how far the history reaches back (default 2)
  --custom-fields N    exactly so many custom field values on every lead
  --rate N|unlimited   permitted requests a second (default 7, as Kommo's)
  --competitor N       requests a second that another program takes from that
  --latency MS         time to an answer; --jitter F varies it by a fraction
  --reading NAME=VALUE how the account behaves where nobody knows how Kommo does, repeatable:
                       ${folded(Object.keys(doubts))}
                       also for one list alone, as next.leads=never:
                       ${folded(perList)}
  --fault NAME[:SHARE] let all answers go wrong, or a share of them (cut:0.1), repeatable:
                       ${folded(Object.keys(namedFaults))}
  --help               this text`;

/** Names under the right column of the help, as many on a line as fit a terminal. */
function folded(names: readonly string[]): string {
  const lines = [''];
  for (const name of names) {
    if (lines.at(-1)!.length + name.length > 76) lines.push('');
    lines[lines.length - 1] += `${name}, `;
  }
  return lines
    .map((line) => line.trim())
    .join(`\n${' '.repeat(23)}`)
    .replace(/,$/, '');
}

type Values = { [name in keyof typeof options]?: string | string[] | boolean };

/** Runs a simulated account until the signal aborts. Resolves to the exit code: 0, or 2 for a wrong flag. */
export async function runSimulator(argv: string[], io: CommandIo): Promise<number> {
  let simulator: Simulator;
  try {
    const { values } = parseArgs({ args: argv, options, strict: true, allowPositionals: false });
    if (values.help) {
      for (const line of help.split('\n')) io.write(line);
      return 0;
    }
    simulator = await startSimulator(readOptions(values));
    try {
      for (const fault of values.fault ?? []) addFault(simulator, fault);
    } catch (error) {
      await simulator.close();
      throw error;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.note(`simulator: ${message.split('\n')[0]} (see source-kommo simulator --help)`);
    return 2;
  }
  introduce(simulator, io);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await simulator.close();
  return 0;
}

function introduce(simulator: Simulator, io: CommandIo): void {
  const { account } = simulator;
  const streams = ['leads', 'contacts', 'companies', 'tasks', 'events', 'users', 'pipelines'];
  const config = {
    subdomain: account.subdomain,
    credentials: { auth_type: 'long_lived_token', access_token: simulator.token },
    api_url: simulator.url,
  };
  io.write(`A Kommo account listens at ${simulator.url}`);
  io.write(`It holds ${streams.map((stream) => `${account.count(stream)} ${stream}`).join(', ')}.`);
  io.write(`Token: ${simulator.token}`);
  io.write('A config for it (api_url leads the connector here instead of to kommo.com):');
  io.write(JSON.stringify(config));
  io.write(
    `Edit records in it: curl -X POST ${simulator.url}/_simulator/edit -d '{"stream":"leads","count":5}'`,
  );
  io.write('Ctrl-C ends it.');
}

function readOptions(values: Values): SimulatorOptions {
  const readings: Readings = defaultReadings();
  for (const assignment of (values.reading as string[] | undefined) ?? []) setReading(readings, assignment);
  const result: SimulatorOptions = {
    leads: count(values, 'leads') ?? 5000,
    readings,
    recordEvents: true,
    requestsPerSecond: values.rate === 'unlimited' ? null : (amount(values, 'rate') ?? 7),
  };
  for (const name of [
    'port',
    'seed',
    'contacts',
    'companies',
    'tasks',
    'events',
    'users',
    'pipelines',
  ] as const) {
    const number = count(values, name);
    if (number !== undefined) result[name] = number;
  }
  for (const name of ['years', 'latency', 'jitter', 'competitor'] as const) {
    const number = amount(values, name);
    if (number !== undefined) result[name] = number;
  }
  const fields = count(values, 'custom-fields');
  if (fields !== undefined) result.customFieldsPerLead = fields;
  if (typeof values.host === 'string') result.host = values.host;
  return result;
}

/** The number of a flag, whole and not negative. */
function count(values: Values, name: keyof typeof options): number | undefined {
  const number = amount(values, name);
  if (number !== undefined && !Number.isInteger(number)) throw new Error(`--${name} wants a whole number`);
  return number;
}

function amount(values: Values, name: keyof typeof options): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 0)
    throw new Error(`--${name} wants a number, not "${text}"`);
  return number;
}

function addFault(simulator: Simulator, text: string): void {
  const [name = '', share] = text.split(':');
  if (share !== undefined && !(Number(share) > 0 && Number(share) <= 1)) {
    throw new Error(`--fault ${text}: the share is a number above 0 and up to 1`);
  }
  simulator.faults.addNamed(name, share === undefined ? {} : { share: Number(share) });
}
