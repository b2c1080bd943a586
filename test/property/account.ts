import { declarationOf } from '../../src/simulator/lists.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Chronicle } from './chronicle.ts';
import { ownLists, parentLists } from './lists.ts';
import { People } from './people.ts';
import { type Run, type Scenario, smallestPage, streamOf } from './scenario.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** Some of everything, for what a record mentions. */
const few = { leads: 5, contacts: 5, companies: 5, tasks: 5, events: 5, users: 1, pipelines: 1, catalogs: 1 };
/** More requests than any of these accounts takes: who needs them reads without an end. */
const patience = 5_000;

/** The account of a scenario, with the people who work in it between the requests. */
export interface BusyAccount {
  simulator: Simulator;
  clock: VirtualClock;
  chronicle: Chronicle;
  /** Lets pass what lies before a run, and says when the run takes too many requests. */
  before(run: Run): AbortSignal;
  /** From now on nobody works in it. */
  rest(): void;
}

export async function openAccount(scenario: Scenario): Promise<BusyAccount> {
  const { seed, pace, deeds, turns, burst } = scenario;
  const { refused = 'no', renamed = 'no', ...readings } = scenario.readings;
  const clock = createVirtualClock();
  const stream = streamOf(scenario);
  const lists = ownLists(stream);
  const isOfAccount = stream.lists.some(({ path }) => path === '/api/v4/account');
  // People change less between two requests than one request brings, or no reader could ever keep up.
  const strength = Math.max(2, Math.floor(smallestPage(scenario) / 10));
  let asked = 0;
  let left = patience;
  let stop = new AbortController();
  let atWork = true;
  const simulator = await startSimulator({
    seed,
    clock,
    requestsPerSecond: null,
    compress: false,
    readings,
    ...sizes(scenario),
    onRequest: (request) => {
      if (request.list === 'account' && !isOfAccount) return;
      left -= 1;
      if (left === 0) stop.abort();
      for (const { before, turn } of turns) if (before === asked) Object.assign(simulator.readings, turn);
      asked += 1;
      clock.advance(pace);
      chronicle.turn += 1;
      if (atWork && deeds.length > 0) people.do(deeds[chronicle.turn % deeds.length]!, strength);
    },
  });
  const [first] = lists;
  if (burst > 0 && first !== undefined && canGrow(first))
    simulator.account.import({ stream: first, count: burst, at: simulator.account.now() - 5_000 });
  const chronicle = new Chronicle(simulator, stream);
  const people = new People(simulator, chronicle, stream);
  return {
    simulator,
    clock,
    chronicle,
    before({ pause, deeds, trouble }) {
      clock.advance(pause * 1000);
      if (atWork) people.do(deeds, deeds.length * strength);
      chronicle.turn += 1;
      simulator.readings.refused = trouble === 'refused' ? refused : 'no';
      simulator.readings.renamed = trouble === 'renamed' ? renamed : 'no';
      left = patience;
      stop = new AbortController();
      return stop.signal;
    },
    rest() {
      atWork = false;
      clock.advance(120_000);
    },
  };
}

/** How many records there are in each list that the stream is read from, and of what those hang on. */
function sizes(scenario: Scenario) {
  const stream = streamOf(scenario);
  const { records } = scenario;
  const parents = parentLists(stream);
  const own = ownLists(stream).filter((list) => !parents.includes(list));
  const rows: Record<string, number> = {};
  for (const list of own) rows[list] = Math.max(1, Math.ceil(records / own.length));
  if (own.includes('pipelines')) rows.pipelines = 1 + (records % 25);
  for (const parent of parents) rows[parent] = 1 + (records % 23);
  return { ...few, ...(parents.includes('catalogs') && { catalogs: 1 + (records % 5) }), rows };
}

/** Accounts are one each, and of pipelines nobody has hundreds. */
function canGrow(list: string): boolean {
  return declarationOf(list).key !== '' && list !== 'pipelines';
}
