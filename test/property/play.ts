import { parseIntervals } from '../../src/stream/interval.ts';
import type { run } from '../../src/sync/run.ts';
import { openAccount } from './account.ts';
import { unreadable } from './may-fail.ts';
import { read } from './reading.ts';
import { type Run, type Scenario, streamOf } from './scenario.ts';
import { Tables } from './tables.ts';

export interface Played {
  /** What the destination should have and has not, or has and should not. */
  wrong: string[];
  /** What failed although somebody could have read it. */
  failed: string[];
  /** Why the stream failed where nobody could have read it, a reason a run. */
  loud: string[];
  requests: number;
  runs: number;
}

/** The last look at a list is not more requests ago than this. */
const lastLook = 12;
export const day = 86_400;
/** Seconds before a run that may not be over yet by what an answer says of its time. */
const openEnd = 125;

/**
 * Plays a scenario: runs while people work, killed and resumed as often as the scenario says, and a quiet one in the
 * end where the next run has to bring what people did during the last one. Each run is held against what was true.
 */
export async function play(scenario: Scenario, engine?: typeof run): Promise<Played> {
  const { stream: name, readings, readers } = scenario;
  const stream = streamOf(scenario);
  const busy = await openAccount(scenario);
  const { simulator, clock, chronicle } = busy;
  const began = Math.floor(clock.now() / 1000);
  const tables = new Tables(name);
  const played: Played = { wrong: [], failed: [], loud: [], requests: 0, runs: 0 };
  // A full refresh ends with a look at what was changed meanwhile, where such can be asked for.
  const hasLastLook = stream.cursor !== undefined && readings.filters === 'honoured' && name !== 'events';
  let refresh: { turn: number; at: number } | undefined;
  /** Seconds by which the clock of a server is behind. */
  const late = Math.max(0, -(readings.strayDate ?? 0));
  let latestStart = 0;
  let runBegan = 0;

  /** What the account has of records that a start_date lets through, by key. */
  const truth = (start: number) =>
    [...simulator.account.truth(name)]
      .filter(({ updated_at }) => stream.cursor === undefined || updated_at >= start)
      .map(({ id, version, updated_at }) => ({ key: String(id), version, at: updated_at }));
  const lacks = (rows: { key: string; version: number }[], what: string) => {
    for (const { key, version } of rows)
      if (!tables.has(name, key, version)) played.wrong.push(`${what}: ${key} ${version}`);
  };

  const once = async (planned: Run, isQuiet: boolean): Promise<void> => {
    const { kill, startDays } = planned;
    const mode = stream.cursor === undefined ? 'full_refresh' : planned.mode;
    const start = startDays === undefined ? 0 : began - startDays * day;
    latestStart = Math.max(latestStart, start);
    const signal = busy.before(planned);
    const { turn } = chronicle;
    runBegan = simulator.account.now();
    if (mode === 'full_refresh' && (refresh === undefined || runBegan - refresh.at > day))
      refresh = { turn, at: runBegan };
    tables.begin(mode);
    tables.onRow = ({ key, version }, data) => {
      if (!chronicle.wasTrue(key, version, turn)) played.wrong.push(`never true: ${key} ${version}`);
      if (stream.cursor !== undefined && Number(data[stream.cursor]) < start)
        played.wrong.push(`before the start: ${key} ${version}`);
    };
    const { failures, requests } = await read({
      ...{ simulator, clock, mode, readers, signal, engine },
      destination: tables,
      streams: [stream],
      killAfter: kill,
      startDate: startDays === undefined ? undefined : start,
    });
    played.requests += requests;
    played.runs += 1;
    checkPromise();
    if (failures === undefined) return;
    if (failures.size > 0) {
      const reason = unreadable(scenario, simulator);
      if (reason !== undefined && !signal.aborted) played.loud.push(reason);
      else for (const error of failures.values()) played.failed.push(`failed: ${error}`);
      return;
    }
    if (isQuiet) lacks(truth(start), 'missing');
    else if (mode === 'full_refresh') checkRefresh(start);
    if (mode === 'full_refresh') refresh = undefined;
  };

  /** What a state covers is in the table, whether the run came to its end or not. */
  const checkPromise = () => {
    const { state } = tables;
    if (state === undefined || stream.cursor === undefined) return;
    const covered = [{ from: state.from, to: state.through }, ...(parseIntervals(state.done) ?? [])];
    const isCovered = ({ at }: { at: number }) => covered.some(({ from, to }) => at >= from && at <= to);
    lacks(truth(latestStart).filter(isCovered), 'covered by the state');
  };

  /** A full refresh has no next run: all that was listed throughout must have come, in its newest version. */
  const checkRefresh = (start: number) => {
    const { turn } = refresh!;
    for (const { key, version, at } of truth(start)) {
      // Of events only those are read whose second was over when the run began.
      if (name === 'events' && at > runBegan - openEnd - late) continue;
      if (!chronicle.isListedSince(key, turn)) continue;
      // Nor can a list without a filter tell what came in the very second in which the run began.
      if (!hasLastLook && at >= runBegan) continue;
      // What was older than the start when it was looked at is the next run's.
      if (!hasLastLook && start > 0 && chronicle.wasTouched(key, turn)) continue;
      const isFresh = chronicle.wasTouched(key, hasLastLook ? chronicle.turn - lastLook : turn);
      // Before somebody touched it, it may have lain before the start.
      if (isFresh && start > 0) continue;
      const came = [...tables.versionsOf(key)];
      const isThere = isFresh
        ? came.some((one) => chronicle.wasTrue(key, one, turn))
        : tables.has(name, key, version);
      if (!isThere) played.wrong.push(`not refreshed: ${key} ${version}`);
    }
  };

  try {
    for (const each of scenario.runs) await once(each, false);
    const last = scenario.runs.at(-1)!;
    if (last.mode === 'full_refresh' && hasLastLook) return played;
    // Servers that all tell a time long past, one answer after the other, put off what came since to another run.
    for (let left = late > 0 ? 3 : 1; left > 0; left -= 1) {
      busy.rest();
      await once({ ...last, pause: 0 }, left === 1);
    }
    return played;
  } finally {
    await simulator.close();
  }
}
