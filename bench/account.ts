import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRequest } from '../src/simulator/statistics.ts';

export interface AccountOptions {
  /** Flags of `source-kommo simulator` and their values. */
  flags: Readonly<Record<string, string | number>>;
  /** Settings beyond address and token. */
  settings?: Readonly<Record<string, unknown>>;
}

/** What the server counted. */
export interface ServerStatistics {
  requests: number;
  rateLimited: number;
  empty: number;
  records: number;
  busiestSecond: number;
  byList: Record<string, number>;
  byStatus: Record<string, number>;
}

/** An account in a process of its own, which counts by itself what reaches it. */
export interface SimulatedAccount {
  url: string;
  token: string;
  /** The path of a config file for it. */
  config: string;
  statistics(): Promise<ServerStatistics>;
  /** Its latest requests, oldest first, at most 10,000. */
  log(): Promise<LoggedRequest[]>;
  /**
   * Lets the server build what it builds at the first question to each list: while it is busy with that, requests
   * that arrive apart are counted together.
   */
  warmUp(): Promise<void>;
  /** Forgets the requests so far. */
  reset(): Promise<void>;
  /** Records by list. */
  counts(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

/** Milliseconds between requests that Kommo's limit lets through. */
const permittedEvery = 150;

let accounts = 0;

export async function startAccount(
  executable: string,
  folder: string,
  { flags, settings = {} }: AccountOptions,
): Promise<SimulatedAccount> {
  // At the customary port somebody else may ask the account.
  const given = Object.entries({ port: 0, ...flags }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(process.execPath, [executable, 'simulator', ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { api_url: url, api_key: token } = await settingsOf(child.stdout);
  const config = `${folder}/account-${accounts++}.json`;
  const document = { api_url: url, api_key: token, ...settings };
  writeFileSync(config, JSON.stringify(document), { mode: 0o600 });
  const ask = async <T>(action: string, order?: object) => {
    const body = order && { method: 'POST', body: JSON.stringify(order) };
    const response = await fetch(`${url}/_simulator/${action}`, body);
    if (!response.ok) throw new Error(`simulator: ${action}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const reset = async () => void (await ask<object>('statistics/reset', {}));
  const warmUp = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const questions = [
      '',
      '&order[updated_at]=asc&filter[updated_at][from]=1',
      '&order[updated_at]=desc',
      '&order[id]=asc',
      // Events go by this time.
      '&filter[created_at][from]=1',
    ];
    for (const list of ['leads', 'contacts', 'companies', 'tasks', 'events', 'users', 'leads/pipelines']) {
      const asked = questions.map(async (question) =>
        (await fetch(`${url}/api/v4/${list}?limit=250${question}`, { headers })).text(),
      );
      await Promise.all([...asked, sleep(permittedEvery * questions.length)]);
    }
    // What was asked here shall not count in the run's first second.
    await sleep(1_100);
    await reset();
  };
  return {
    url,
    token,
    config,
    statistics: () => ask('statistics'),
    log: () => ask('log'),
    warmUp,
    reset,
    counts: async () => (await ask<{ counts: Record<string, number> }>('account')).counts,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The simulator prints a config for itself. */
async function settingsOf(stdout: NodeJS.ReadableStream): Promise<{ api_url: string; api_key: string }> {
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('{')) {
      stdout.resume();
      return JSON.parse(line);
    }
  }
  throw new Error('the simulator ended before it listened');
}
