import { equal } from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { Outcome } from '../run-program.ts';
import type { ContainerRun, Image } from './image.ts';

export interface StreamRecord {
  stream: string;
  record: Record<string, unknown>;
}

const streams = ['leads', 'contacts', 'companies', 'pipelines', 'statuses', 'tasks', 'events', 'users'];

/** An image, a simulated account that it can reach, and the files of a platform. */
export class Bench implements AsyncDisposable {
  readonly image: Image;
  readonly simulator: Simulator;
  private readonly folder: string;

  constructor(image: Image, simulator: Simulator) {
    this.image = image;
    this.simulator = simulator;
    this.folder = mkdtempSync(join(tmpdir(), 'source-kommo-image-'));
    chmodSync(this.folder, 0o755);
  }

  /** Runs a container that sees the settings, and the other files, by their paths in it. */
  run(container: ContainerRun, files: Readonly<Record<string, unknown>> = {}): Promise<Outcome> {
    const mounted = Object.entries(files).map(([path, content]) => [path, this.write(path, content)]);
    return this.image.run({ ...container, files: Object.fromEntries(mounted) });
  }

  settings(requestsPerSecond = 1000): object {
    const { url, token } = this.simulator;
    return {
      subdomain: 'simulated',
      api_url: url,
      credentials: { auth_type: 'long_lived_token', access_token: token },
      requests_per_second: requestsPerSecond,
    };
  }

  /** A new folder into which a container with this uid and gid may write. */
  openFolder(id: number): string {
    const path = mkdtempSync(join(this.folder, 'data-'));
    if (process.getuid?.() === 0) chownSync(path, id, id);
    else chmodSync(path, 0o777);
    return path;
  }

  /** Changes some records, as people do between two runs, and lets the second of it end. */
  edit(stream: string, count: number): (number | string)[] {
    const { account, readings } = this.simulator;
    const ids = account.sample(stream, count);
    for (const id of ids) account.edit(stream, id);
    readings.clockSkew += 2;
    return ids;
  }

  /** Throws unless `records` are all that the account has, each in its newest version; returns how many that is. */
  expectAll(records: readonly StreamRecord[]): number {
    const { account } = this.simulator;
    let count = 0;
    for (const name of streams) {
      const mine = records.filter(({ stream }) => stream === name);
      const versions = mine.map(({ record }) => `${keyOf(name, record)} v${account.versionOf(name, record)}`);
      const truth = [...account.truth(name)].map(({ id, version }) => `${id} v${version}`);
      equal([...new Set(versions)].sort().join('\n'), truth.sort().join('\n'), `${name} are not complete`);
      count += truth.length;
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator.close();
    rmSync(this.folder, { recursive: true });
  }

  private write(inside: string, content: unknown): string {
    const path = join(this.folder, inside.replaceAll('/', '-'));
    writeFileSync(path, JSON.stringify(content));
    return path;
  }
}

/** Starts the account; the bench closes it. */
export async function openBench(image: Image): Promise<Bench> {
  return new Bench(image, await startSimulator({ leads: 1000, requestsPerSecond: null }));
}

/** The rows of a file that `sync` has filled. */
export function rowsIn(path: string): StreamRecord[] {
  const database = new Database(path, { readonly: true });
  try {
    return streams.flatMap((stream) => {
      const rows = database.prepare<[], Record<string, unknown>>(`SELECT * FROM ${stream}`).all();
      return rows.map((record) => ({ stream, record }));
    });
  } finally {
    database.close();
  }
}

const keyOf = (stream: string, record: StreamRecord['record']) =>
  stream === 'statuses' ? `${record.pipeline_id}/${record.id}` : `${record.id}`;
