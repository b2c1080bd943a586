import { startSimulator } from '../../src/simulator/simulator.ts';
import type { run } from '../../src/sync/run.ts';
import { Destination, read } from './reading.ts';
import { type Scenario, streamOf, Writers } from './scenario.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface Played {
  /** `id version` of what the destination should have and has not. */
  missing: string[];
  failures: string[];
  requests: number;
}

/**
 * Plays a scenario: a read while people work, killed and resumed as often as the scenario says, and for an
 * incremental stream one quiet run after it. Then the destination must have every record in its newest version.
 */
export async function play(scenario: Scenario, engine?: typeof run): Promise<Played> {
  const clock = createVirtualClock();
  const writers = new Writers(scenario, clock);
  const { stream: name, mode } = scenario;
  const simulator = await startSimulator({
    seed: scenario.seed,
    clock,
    requestsPerSecond: null,
    readings: scenario.readings,
    ...noRecords,
    [name]: scenario.records,
    onRequest: (request) => {
      if (request.path.endsWith(`/${name}`)) writers.act(simulator);
    },
  });
  try {
    if (scenario.burst > 0)
      simulator.account.import({ stream: name, count: scenario.burst, at: now(clock) - 5_000 });
    const destination = new Destination();
    const options = {
      simulator,
      clock,
      destination,
      mode,
      streams: [streamOf(scenario)],
      readers: scenario.readers,
      ...(engine !== undefined && { engine }),
    };
    let requests = 0;
    const failures: string[] = [];
    const once = async (killAfter?: number) => {
      const result = await read({ ...options, ...(killAfter !== undefined && { killAfter }) });
      requests += result.requests;
      for (const error of result.failures?.values() ?? []) failures.push(String(error));
    };
    for (const kill of scenario.kills) await once(kill);
    await once();
    if (mode === 'incremental' || name === 'events' || scenario.readings.filters !== 'honoured') {
      writers.atWork = false;
      clock.advance(120_000);
      await once();
    }
    const missing = [...simulator.account.truth(name)]
      .filter(({ id, version }) => !destination.has(name, id, version))
      // A full refresh has no next run: what was touched behind its last look at the list is not its to deliver.
      .filter(({ id }) => !(writers.atWork && writers.isFresh(id)))
      .map(({ id, version }) => `${id} ${version}`);
    return { missing: [...missing, ...failures], failures, requests };
  } finally {
    await simulator.close();
  }
}

const noRecords = { leads: 0, contacts: 0, companies: 0, tasks: 0, events: 0, users: 1, pipelines: 1 };

function now(clock: { now(): number }): number {
  return Math.floor(clock.now() / 1000);
}
