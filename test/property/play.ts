import { startSimulator } from '../../src/simulator/simulator.ts';
import { parseIntervals } from '../../src/stream/interval.ts';
import type { run } from '../../src/sync/run.ts';
import { Chronicle } from './chronicle.ts';
import { unreadable } from './may-fail.ts';
import { People } from './people.ts';
import { read } from './reading.ts';
import { listOf, type Run, type Scenario, smallestPage, streamOf } from './scenario.ts';
import { Tables } from './tables.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface Played {
  /** What the destination should have and has not, has and should not, and what failed where it should not. */
  faults: string[];
  /** Why the stream failed where nobody could have read it, a reason a run. */
  loud: string[];
  requests: number;
  runs: number;
}

const noRecords = { leads: 0, contacts: 0, companies: 0, tasks: 0, events: 0, users: 1, pipelines: 1 };
/** More requests than any of these accounts takes: who needs them reads without an end. */
const patience = 5_000;
/** The last look at a list is not more requests ago than this. */
const lastLook = 12;
const day = 86_400;
/** Seconds before a run that may not be over yet by what an answer says of its time. */
const openEnd = 125;

/**
 * Plays a scenario: runs while people work, killed and resumed as often as the scenario says, and a quiet one in the
 * end where the next run has to bring what people did during the last one. Each run is held against what was true.
 */
export async function play(scenario: Scenario, engine?: typeof run): Promise<Played> {
  const clock = createVirtualClock();
  const { stream: name, seed, readings, pace, deeds, readers } = scenario;
  const list = listOf(scenario);
  const stream = streamOf(scenario);
  const strength = Math.max(2, Math.floor(smallestPage(scenario) / 10));
  const seconds = () => Math.floor(clock.now() / 1000);
  const began = seconds();
  let requestsLeft = patience;
  let stop = new AbortController();
  let atWork = true;
  let asked = 0;
  const simulator = await startSimulator({
    seed,
    clock,
    requestsPerSecond: null,
    readings,
    ...noRecords,
    [list]: list === 'pipelines' ? 1 + (scenario.records % 25) : Math.max(1, scenario.records),
    onRequest: (request) => {
      if (request.list !== list) return;
      requestsLeft -= 1;
      if (requestsLeft === 0) stop.abort();
      for (const { before, turn } of scenario.turns) {
        if (before === asked) Object.assign(simulator.readings, turn);
      }
      asked += 1;
      clock.advance(pace);
      chronicle.turn += 1;
      // People change less between two requests than one request brings, or no reader could ever keep up.
      if (atWork && deeds.length > 0) people.do(deeds[chronicle.turn % deeds.length]!, strength);
    },
  });
  if (scenario.burst > 0 && list !== 'pipelines')
    simulator.account.import({ stream: list, count: scenario.burst, at: simulator.account.now() - 5_000 });
  const chronicle = new Chronicle(simulator, name);
  const people = new People(simulator, chronicle, list);
  const tables = new Tables(name);
  const played: Played = { faults: [], loud: [], requests: 0, runs: 0 };

  /** What the account has of records that a start_date lets through, by key. */
  const truth = (start: number) =>
    [...simulator.account.truth(name)]
      .filter(({ updated_at }) => stream.cursor === undefined || updated_at >= start)
      .map(({ id, version, updated_at }) => ({ key: String(id), version, at: updated_at }));
  const lacks = (rows: { key: string; version: number }[], what: string) => {
    for (const { key, version } of rows)
      if (!tables.has(name, key, version)) played.faults.push(`${what}: ${key} ${version}`);
  };

  // A full refresh ends with a look at what was changed meanwhile, where such can be asked for.
  const hasLastLook = stream.cursor !== undefined && readings.filters === 'honoured' && name !== 'events';
  let refreshBegan: { turn: number; at: number } | undefined;
  let latestStart = 0;
  let runBegan = 0;
  const once = async ({ mode: wanted, kill, startDays }: Run, isQuiet: boolean): Promise<boolean> => {
    const mode = stream.cursor === undefined ? 'full_refresh' : wanted;
    const start = startDays === undefined ? 0 : began - startDays * day;
    latestStart = Math.max(latestStart, start);
    chronicle.turn += 1;
    const from = chronicle.turn;
    runBegan = simulator.account.now();
    if (mode === 'full_refresh' && (refreshBegan === undefined || seconds() - refreshBegan.at > day))
      refreshBegan = { turn: from, at: seconds() };
    tables.begin(mode);
    tables.onRow = ({ key, version }, data) => {
      if (!chronicle.wasTrue(key, version, from)) played.faults.push(`never true: ${key} ${version}`);
      if (stream.cursor !== undefined && Number(data[stream.cursor]) < start)
        played.faults.push(`before the start: ${key} ${version}`);
    };
    requestsLeft = patience;
    stop = new AbortController();
    const options = { simulator, clock, destination: tables, mode, streams: [stream], readers };
    const { failures, requests } = await read({
      ...options,
      killAfter: kill,
      signal: stop.signal,
      startDate: startDays === undefined ? undefined : start,
      ...(engine !== undefined && { engine }),
    });
    played.requests += requests;
    played.runs += 1;
    const { state } = tables;
    if (state !== undefined && stream.cursor !== undefined) {
      const covered = [{ from: 0, to: state.through }, ...(parseIntervals(state.done) ?? [])];
      const promised = truth(latestStart).filter(({ at }) =>
        covered.some(({ from, to }) => at >= from && at <= to),
      );
      lacks(promised, 'covered by the state');
    }
    if (failures === undefined) return false;
    if (failures.size > 0) {
      const reason = unreadable(scenario, simulator);
      if (reason === undefined || stop.signal.aborted)
        for (const error of failures.values()) played.faults.push(`failed: ${error}`);
      else played.loud.push(reason);
      return false;
    }
    if (isQuiet) lacks(truth(start), 'missing');
    else if (mode === 'full_refresh') judgeRefresh(start);
    if (mode === 'full_refresh') refreshBegan = undefined;
    return true;
  };

  /** A full refresh has no next run: all that was listed throughout must have come, in its newest version. */
  const judgeRefresh = (start: number) => {
    const { turn } = refreshBegan!;
    for (const { key, version, at } of truth(start)) {
      // Of events only those are read whose second was over when the run began.
      if (name === 'events' && at > runBegan - openEnd) continue;
      if (!chronicle.isListedSince(key, turn)) continue;
      const isFresh = chronicle.wasTouched(key, hasLastLook ? chronicle.turn - lastLook : turn);
      const came = [...tables.versionsOf(key)];
      const isThere = isFresh
        ? came.some((one) => chronicle.wasTrue(key, one, turn))
        : tables.has(name, key, version);
      if (!isThere) played.faults.push(`not refreshed: ${key} ${version}`);
    }
  };

  try {
    for (const each of scenario.runs) {
      clock.advance(each.pause * 1000);
      people.do(each.deeds, each.deeds.length * strength);
      await once(each, false);
    }
    const last = scenario.runs.at(-1)!;
    const bringsAll = last.mode === 'full_refresh' && stream.cursor !== undefined && hasLastLook;
    if (!bringsAll) {
      atWork = false;
      clock.advance(120_000);
      await once(last, true);
    }
    return played;
  } finally {
    await simulator.close();
  }
}
