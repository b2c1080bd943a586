import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Finding } from '../../src/doctor-report.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { hastyClock, performHere } from '../cli/in-process.ts';
import { newFolder } from '../new-folder.ts';

export interface Examined {
  simulator: Simulator;
  /** `grade: seen` by name. */
  table: Readonly<Record<string, string>>;
  findings: readonly Finding[];
  requests: number;
  report: string;
  stdout: string;
}

const everything = ['leads', 'companies', 'customers', 'catalog_elements', 'tags'];

/** An account in which all that can be told shows itself: long lists, ties, links, tags, a merge, an archive. */
export async function busyAccount(options: SimulatorOptions = {}) {
  const clock = hastyClock();
  const simulator = await startSimulator({
    ...{ leads: 900, contacts: 400, companies: 300, tasks: 300, events: 900, pipelines: 6, users: 20 },
    ...{ requestsPerSecond: null, compress: false, recordEvents: true, clock },
    ...options,
  });
  onTestFinished(() => simulator.close());
  const { account } = simulator;
  const pass = () => clock.sleep(7_000);
  const [one, two, three] = account.ids('leads') as number[];
  const contacts = account.ids('contacts') as number[];
  for (let turn = 0; turn < 300; turn++) {
    account.edit('tasks', account.ids('tasks')[turn]!);
    await pass();
  }
  account.tag('leads', one!, 'vip');
  await pass();
  account.create('companies_notes', { entity_id: account.ids('companies')[100], note_type: 'common' });
  await pass();
  account.link('leads', two!, 'contacts', contacts[3]!);
  await pass();
  // A merge that moves links or tags touches the record by those too.
  const isBare = (id: number) =>
    Object.values(account.record('contacts', id, everything)?._embedded as Record<string, unknown[]>).every(
      (all) => all.length === 0,
    );
  account.merge('contacts', contacts[0]!, contacts.slice(10).find(isBare)!);
  await pass();
  account.remove('leads', three!);
  await pass();
  account.restore('leads', three!);
  for (let turn = 0; turn < 8; turn++) {
    await pass();
    for (const id of account.ids('companies').slice(3 * turn, 3 * turn + 3)) account.edit('companies', id);
  }
  await pass();
  return { simulator, clock };
}

/** What `doctor --json` says of an account. */
export async function examine(
  simulator: Simulator,
  clock: ReturnType<typeof hastyClock>,
  ...flags: string[]
): Promise<Examined> {
  const config = join(newFolder(), 'config.json');
  const settings = { api_url: simulator.url, api_key: simulator.token, requests_per_second: 10_000 };
  writeFileSync(config, JSON.stringify(settings));
  const { code, stdout, stderr } = await performHere(['doctor', '--config', config, '--json', ...flags], {
    clock,
  });
  if (code !== 0) throw new Error(`doctor ended with ${code}: ${stderr}`);
  const { requests, readings } = JSON.parse(stdout) as { requests: number; readings: Finding[] };
  const report = join(newFolder(), 'report.json');
  writeFileSync(report, stdout);
  const table = Object.fromEntries(readings.map(({ name, grade, seen }) => [name, `${grade}: ${seen}`]));
  return { simulator, table, findings: readings, requests, report, stdout };
}
