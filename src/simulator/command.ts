import { parseArgs } from 'node:util';
import { simulatorHelp } from './command-help.ts';
import { type SimulatorConfig, writeConfigFile } from './config-file.ts';
import { declarationOf } from './lists.ts';
import type { SimulatorOptions } from './options.ts';
import { type LimitPolicy, limitPolicies } from './rate-limit.ts';
import { defaultReadings, type Readings, setReading } from './readings.ts';
import { setReported } from './reported-readings.ts';
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
  'write-config': { type: 'string' },
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
  catalogs: { type: 'string' },
  rows: { type: 'string', multiple: true },
  years: { type: 'string' },
  'custom-fields': { type: 'string' },
  latency: { type: 'string' },
  jitter: { type: 'string' },
  rate: { type: 'string' },
  competitor: { type: 'string' },
  limit: { type: 'string' },
  spread: { type: 'string' },
  readings: { type: 'string' },
  reading: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
} as const;

/** Always the same, so that a config outlives the account that it was written for. */
export const simulatorToken = 'simulated-long-lived-token';
const customaryPort = 4568;

type Values = { [name in keyof typeof options]?: string | string[] | boolean };

/** Runs a simulated account until the signal aborts. Resolves to the exit code: 0, or 2 for a wrong flag. */
export async function runSimulator(argv: string[], io: CommandIo): Promise<number> {
  let simulator: Simulator;
  let configFile: string | undefined;
  try {
    const { values } = parseArgs({ args: argv, options, strict: true, allowPositionals: false });
    if (values.help) {
      for (const line of simulatorHelp.split('\n')) io.write(line);
      return 0;
    }
    configFile = values['write-config'];
    if (configFile === '') throw new Error('--write-config needs a value: FILE');
    simulator = await start(readOptions(values));
    try {
      for (const fault of values.fault ?? []) addFault(simulator, fault);
      if (configFile !== undefined) await writeConfigFile(configFile, configOf(simulator));
    } catch (error) {
      await simulator.close();
      throw error;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.note(`simulator: ${message.split('\n')[0]} (see source-kommo simulator --help)`);
    return 2;
  }
  introduce(simulator, configFile, io);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await simulator.close();
  return 0;
}

/** Listens at the customary port where no other one is named, and at any free one where that is in use. */
async function start(options: SimulatorOptions): Promise<Simulator> {
  if (options.port !== undefined) return await startSimulator(options);
  try {
    return await startSimulator({ ...options, port: customaryPort });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return await startSimulator({ ...options, port: 0 });
  }
}

function configOf({ account, url, token }: Simulator): SimulatorConfig {
  return { subdomain: account.subdomain, api_url: url, api_key: token };
}

function introduce(simulator: Simulator, configFile: string | undefined, io: CommandIo): void {
  const { account } = simulator;
  const streams = ['leads', 'contacts', 'companies', 'tasks', 'events', 'users', 'pipelines'];
  io.write(`A Kommo account listens at ${simulator.url}`);
  io.write(`It holds ${streams.map((stream) => `${account.count(stream)} ${stream}`).join(', ')}.`);
  io.write(`Its files lie at ${simulator.driveUrl}.`);
  io.write(`Token: ${simulator.token}`);
  if (configFile === undefined) {
    io.write('A config for it (api_url leads the connector here instead of to kommo.com):');
    io.write(JSON.stringify(configOf(simulator)));
  } else io.write(`A config for it is in ${configFile}.`);
  io.write(
    `Edit records in it: curl -X POST ${simulator.url}/_simulator/edit -d '{"stream":"leads","count":5}'`,
  );
  io.write('Ctrl-C ends it.');
}

function readOptions(values: Values): SimulatorOptions {
  const readings: Readings = defaultReadings();
  if (typeof values.readings === 'string') setReported(readings, values.readings);
  for (const assignment of (values.reading as string[] | undefined) ?? []) setReading(readings, assignment);
  const result: SimulatorOptions = {
    token: simulatorToken,
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
    'catalogs',
  ] as const) {
    const number = count(values, name);
    if (number !== undefined) result[name] = number;
  }
  for (const name of ['years', 'latency', 'jitter', 'competitor', 'spread'] as const) {
    const number = amount(values, name);
    if (number !== undefined) result[name] = number;
  }
  const fields = count(values, 'custom-fields');
  if (fields !== undefined) result.customFieldsPerLead = fields;
  result.rows = rowsOf((values.rows as string[] | undefined) ?? []);
  if (typeof values.host === 'string') result.host = values.host;
  if (values.limit !== undefined) result.limitPolicy = policyOf(values.limit);
  return result;
}

/** How many records single lists have, from `talks=500` and the like. */
function rowsOf(assignments: string[]): Record<string, number> {
  const rows = assignments.map((text): [string, number] => {
    const [list = '', number = ''] = text.split('=');
    if (!/^\d+$/.test(number)) throw new Error(`--rows ${text}: LIST=N, with a whole number`);
    return [declarationOf(list).name, Number(number)];
  });
  return Object.fromEntries(rows);
}

function policyOf(text: unknown): LimitPolicy {
  const policy = limitPolicies.find((name) => name === text);
  if (policy === undefined) throw new Error(`--limit wants one of ${limitPolicies.join(', ')}`);
  return policy;
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
