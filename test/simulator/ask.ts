import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';

/** One answer, with the body parsed where there is one. */
export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
  body: any;
}

/** A clock that stands still until a test moves it. */
export function testClock(start = 1_760_000_000_000) {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

/** Runs a test against a fresh account without a rate limit, and closes it whatever happens. */
export async function withAccount(
  options: SimulatorOptions,
  test: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ requestsPerSecond: null, ...options });
  try {
    await test(simulator);
  } finally {
    await simulator.close();
  }
}

/** Asks for a path below /api/v4/ with the account's token. */
export async function ask(
  simulator: Simulator,
  path: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${simulator.url}/api/v4/${path}`, {
    headers: { authorization: `Bearer ${simulator.token}`, ...headers },
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: text !== '' && isJson ? JSON.parse(text) : text,
  };
}

/** The records of an answer; none for 204. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function records(reply: Reply): any[] {
  return reply.status === 204 ? [] : (Object.values(reply.body._embedded)[0] as unknown[]);
}

/** The pages of a list by plain page numbers until 204, as the naive reader walks them. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export async function pages(simulator: Simulator, path: string, limit = 250): Promise<any[][]> {
  const all = [];
  for (let page = 1; page < 1000; page++) {
    const reply = await ask(simulator, `${path}${path.includes('?') ? '&' : '?'}page=${page}&limit=${limit}`);
    if (reply.status === 204) return all;
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}`);
    all.push(records(reply));
  }
  throw new Error(`${path} has no end`);
}

/** The ids of all pages, in the order in which they came. */
export async function ids(simulator: Simulator, path: string, limit = 250): Promise<(number | string)[]> {
  return (await pages(simulator, path, limit)).flat().map((record) => record.id);
}

/** The ids that the account says are listed. */
export function trueIds(simulator: Simulator, stream: string): (number | string)[] {
  return [...simulator.account.truth(stream)].map(({ id }) => id);
}
