import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Chronicle } from './chronicle.ts';
import { People } from './people.ts';
import { listOf, type Run, type Scenario, smallestPage } from './scenario.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const noRecords = { leads: 0, contacts: 0, companies: 0, tasks: 0, events: 0, users: 1, pipelines: 1 };
/** More requests than any of these accounts takes: who needs them reads without an end. */
const patience = 2_000;

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
  const { stream, seed, readings, pace, deeds, turns, records, burst } = scenario;
  const clock = createVirtualClock();
  const list = listOf(scenario);
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
    readings,
    ...noRecords,
    [list]: list === 'pipelines' ? 1 + (records % 25) : Math.max(1, records),
    onRequest: (request) => {
      if (request.list !== list) return;
      left -= 1;
      if (left === 0) stop.abort();
      for (const { before, turn } of turns) if (before === asked) Object.assign(simulator.readings, turn);
      asked += 1;
      clock.advance(pace);
      chronicle.turn += 1;
      if (atWork && deeds.length > 0) people.do(deeds[chronicle.turn % deeds.length]!, strength);
    },
  });
  if (burst > 0 && list !== 'pipelines')
    simulator.account.import({ stream: list, count: burst, at: simulator.account.now() - 5_000 });
  const chronicle = new Chronicle(simulator, stream);
  const people = new People(simulator, chronicle, list);
  return {
    simulator,
    clock,
    chronicle,
    before({ pause, deeds }) {
      clock.advance(pause * 1000);
      if (atWork) people.do(deeds, deeds.length * strength);
      chronicle.turn += 1;
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
