import { isDeepStrictEqual } from 'node:util';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { parseIntervals } from '../../src/stream/interval.ts';
import type { run } from '../../src/sync/run.ts';
import { openAccount } from './account.ts';
import { resourceOf } from './lists.ts';
import { unreadable } from './may-fail.ts';
import { read } from './reading.ts';
import { Refusals } from './refusals.ts';
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
export const openEnd = 125;

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
  const refusals = new Refusals(scenario);
  const [list] = stream.lists;
  const isOfParents = stream.lists.some(({ parent }) => parent !== undefined);
  const isLog = stream.lists.every(({ immutable }) => immutable);
  const isDated = stream.cursor !== undefined && !isOfParents;
  // A full refresh ends with a look at what was changed meanwhile, where such can be asked for.
  const hasLastLook =
    isDated &&
    !isLog &&
    stream.lists.length === 1 &&
    list!.filter !== undefined &&
    readings.filters === 'honoured';
  let refresh: { turn: number; at: number } | undefined;
  /** Seconds by which the clock of a server is behind. */
  const late = Math.max(0, -(readings.strayDate ?? 0));
  let latestStart = 0;
  let runBegan = 0;

  /** What the account has of records that a start_date lets through, by key. */
  const truth = (start: number) =>
    [...simulator.account.truth(name)]
      .filter(({ updated_at }) => !isDated || updated_at >= start)
      .map(({ id, version, updated_at }) => ({ key: String(id), version, at: updated_at }))
      .filter(readable(simulator, stream));
  const lacks = (rows: { key: string; version: number }[], what: string) => {
    for (const { key, version } of rows)
      if (!tables.has(name, key, version)) played.wrong.push(`${what}: ${key} ${version}`);
  };

  const once = async (planned: Run, isQuiet: boolean): Promise<void> => {
    const { kill, trouble } = planned;
    const startDays = isDated ? planned.startDays : undefined;
    const mode = stream.incremental ? planned.mode : 'full_refresh';
    const start = startDays === undefined ? 0 : began - startDays * day;
    latestStart = Math.max(latestStart, start);
    const signal = busy.before(planned);
    const { turn } = chronicle;
    runBegan = simulator.account.now();
    if (mode === 'full_refresh' && (refresh === undefined || runBegan - refresh.at > day))
      refresh = { turn, at: runBegan };
    const wasUnreadable = unreadable(scenario, simulator);
    tables.begin(mode);
    const stateBefore = tables.state;
    const askedBefore = { ...simulator.statistics.byList };
    tables.onRow = ({ key, version }, data) => {
      if (!chronicle.wasTrue(key, version, turn)) played.wrong.push(`never true: ${key} ${version}`);
      if (isDated && Number(data[stream.cursor!]) < start)
        played.wrong.push(`before the start: ${key} ${version}`);
    };
    const outcome = await read({
      ...{ simulator, clock, mode, readers, signal, engine },
      destination: tables,
      streams: [stream],
      killAfter: kill,
      startDate: startDays === undefined ? undefined : start,
    }).catch((error: unknown) => {
      if (simulator.readings.renamed === 'no') throw error;
      return { failures: new Map([[name, error]]), requests: 0 };
    });
    const { failures, requests } = outcome;
    played.requests += requests;
    played.runs += 1;
    checkPromise();
    if (failures === undefined) return;
    if (simulator.readings.renamed !== 'no') {
      if (failures.size === 0 || !isDeepStrictEqual(tables.state, stateBefore))
        played.wrong.push('read under a name that is gone');
      return;
    }
    const reason = failures.size > 0 ? (wasUnreadable ?? unreadable(scenario, simulator)) : undefined;
    if (trouble === 'refused' && refusals.concern && reason === undefined) {
      const state = [stateBefore, tables.state] as const;
      const { byList } = simulator.statistics;
      const wasAsked = (list: string) => byList[list] !== askedBefore[list];
      played.wrong.push(...refusals.faultsOf(failures, tables.events, state, wasAsked));
      if (failures.size === 0) refresh = undefined;
      return;
    }
    if (failures.size > 0) {
      if (reason !== undefined && !signal.aborted) played.loud.push(reason);
      else for (const error of failures.values()) played.failed.push(`failed: ${error}`);
      return;
    }
    // One that goes on with the refresh of an earlier run does not read again what that one has read.
    const isResumed = mode === 'full_refresh' && refresh!.turn < turn;
    if (isQuiet && !isResumed) lacks(truth(start), 'missing');
    else if (mode === 'full_refresh') checkRefresh(start);
    if (mode === 'full_refresh') refresh = undefined;
  };

  /** What a state covers is in the table, whether the run came to its end or not. */
  const checkPromise = () => {
    const { state } = tables;
    if (state === undefined || !isDated) return;
    const rows = truth(latestStart);
    for (const { name: part, adds } of stream.lists) {
      const { from, through, done } = state.lists?.[part] ?? state;
      const covered = [{ from, to: through }, ...(parseIntervals(done) ?? [])];
      const within = part === '' ? '' : `${adds[stream.key[0]!]}/`;
      const isCovered = ({ at }: { at: number }) => covered.some(({ from, to }) => at >= from && at <= to);
      lacks(rows.filter(({ key }) => key.startsWith(within)).filter(isCovered), 'covered by the state');
    }
  };

  /** A full refresh has no next run: all that was listed throughout must have come, in its newest version. */
  const checkRefresh = (start: number) => {
    const { turn } = refresh!;
    for (const { key, version, at } of truth(start)) {
      // Of events only those are read whose second was over when the run began.
      if (isLog && at > runBegan - openEnd - late) continue;
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

/** Of lists that are asked for by what a parent says, only what a parent speaks of can be read. */
export function readable({ account }: Simulator, stream: Stream): (row: { key: string }) => boolean {
  const { parent } = stream.lists[0]!;
  if (parent?.many === undefined) return () => true;
  const { field } = parent.many;
  const told = new Set(account.all(resourceOf(parent.list)).map((record) => record[field]));
  return ({ key }) => told.has(account.record(stream.name, idOf(key))?.[field]);
}

function idOf(key: string): number | string {
  return /^\d+$/.test(key) ? Number(key) : key;
}
