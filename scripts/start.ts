/** `npm start`: the main job from end to end, on a simulated account in this process and the real programs. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SQLite from 'better-sqlite3';
import { textTable } from '../src/cli/text-table.ts';
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts';
import { wrapWords } from '../src/word-wrap.ts';

const program = fileURLToPath(new URL('../bin/source-kommo.js', import.meta.url));
const database = 'kommo-demo.db';
/** At seven requests a second this account takes some twenty seconds. */
const leads = 5_000;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const tell = (text: string) => say(wrapWords(text).join('\n'));

/** Runs `source-kommo` on this terminal and returns its exit code. */
function runProgram(...args: string[]): Promise<number> {
  say(`\n$ npx source-kommo ${args.join(' ')}`);
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** What people do in a CRM between two syncs. */
function work({ account }: Simulator): string {
  const edited = account.sample('leads', 40);
  for (const id of edited) account.edit('leads', id, { price: Math.round(account.random() * 10_000) });
  const created = Array.from({ length: 5 }, () => account.create('leads', { name: 'New from the website' }));
  const done = account.sample('tasks', 10);
  for (const id of done) account.edit('tasks', id, { is_completed: true, result: { text: 'Agreed' } });
  return `${edited.length} leads edited, ${created.length} created, ${done.length} tasks done`;
}

const question = `
SELECT responsible_user, count(*) AS leads, sum(price) AS price
FROM leads_view
WHERE outcome = 'open'
  AND NOT EXISTS (
    SELECT 1 FROM open_tasks WHERE entity_type = 'leads' AND entity_id = lead_id
  )
GROUP BY responsible_user
ORDER BY price DESC
LIMIT 5`;

function answer(): string[] {
  const file = new SQLite(database, { readonly: true });
  try {
    const asked = file.prepare<[], (string | number)[]>(question).raw();
    const heading = asked.columns().map(({ name }) => name);
    return textTable(heading, asked.all());
  } finally {
    file.close();
  }
}

async function demonstrate(simulator: Simulator, config: string): Promise<number> {
  const counts = ['leads', 'contacts', 'companies', 'tasks', 'events'].map(
    (name) => `${simulator.account.count(name).toLocaleString('en-US')} ${name}`,
  );
  tell(
    `A simulated Kommo account runs at ${simulator.url}: ${counts.join(', ')}. It answers seven requests a second, as Kommo does.`,
  );
  const sync = () => runProgram('sync', '--config', config, '--to', database);
  const before = (await runProgram('check', '--config', config)) || (await sync());
  if (before !== 0) return before;

  say(`\nMeanwhile, in the account: ${work(simulator)}.`);
  // A second is read once it is over.
  await sleep(2_000);
  const after = await sync();
  if (after !== 0) return after;

  say('');
  tell('For an account of your own, set KOMMO_SUBDOMAIN and KOMMO_API_KEY (a long-lived token), then try');
  say('  npx source-kommo read --streams leads --limit 3');
  say('  npx source-kommo sync --to kommo.db');

  say('');
  tell(
    `This account is now in ${database}: one table per stream, and views (docs/sqlite.md). Which open leads have no task, and what are they worth?`,
  );
  say(`\n$ sqlite3 ${database} "${question}"\n`);
  for (const line of answer()) say(line);
  return 0;
}

const folder = mkdtempSync(join(tmpdir(), 'source-kommo-'));
for (const suffix of ['', '-wal', '-shm']) rmSync(database + suffix, { force: true });
const simulator = await startSimulator({ leads, recordEvents: true });
try {
  const config = join(folder, 'config.json');
  const settings = {
    subdomain: simulator.account.subdomain,
    api_url: simulator.url,
    api_key: simulator.token,
  };
  writeFileSync(config, JSON.stringify(settings), {
    mode: 0o600,
  });
  process.exitCode = await demonstrate(simulator, config);
} finally {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
}
