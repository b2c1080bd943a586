// A program of its own for the test of two processes: reads one page with the credentials and the store it is
// told, and prints how many renewals that took.
import { createClient } from '../../src/api/client.ts';
import { tokenFileStore } from '../../src/api/token-store.ts';
import { systemClock } from '../../src/clock.ts';
import { createRedactor } from '../../src/redact.ts';

const { origin, credentials, path } = JSON.parse(process.argv[2]!);
const client = createClient({
  config: { origin, credentials, requestsPerSecond: 100 },
  tokenStore: tokenFileStore(path, credentials.refreshToken, systemClock),
  version: '0.0.0',
  clock: systemClock,
  random: Math.random,
  log: () => {},
  redactor: createRedactor(),
});
const list = { path: '/api/v4/leads', envelope: 'leads', query: { limit: 5 }, purpose: 'leads' };
const { rows } = await client.list(list);
process.stdout.write(JSON.stringify({ rows: rows.length, renewals: client.requests('authorization') }));
await client.close();
