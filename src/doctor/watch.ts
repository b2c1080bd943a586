import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { Examination, Finding } from '../doctor-report.ts';
import { type CountedTransport, mostRequests } from './counted-transport.ts';
import { unknown } from './finding.ts';
import { gradeAll } from './grade.ts';
import type { Sightings } from './look.ts';
import { numberOf, placeOf, Questions, type Reply, type Row } from './questions.ts';
import { judge, kinds } from './touches.ts';

const pause = 10_000;
/** Rows of an answer. */
const most = 50;

interface Watched {
  transport: CountedTransport;
  clock: Clock;
  signal: AbortSignal;
  minutes: number;
}

/** The newest leads at one moment. */
interface Moment {
  /** By the clock of the server, Unix seconds. */
  at: number;
  rows: readonly Row[];
  /** Everything that changed from this second on is among the rows. */
  since: number;
}

/**
 * Asks for the newest leads every ten seconds, and at last for the events meanwhile and for what they are about. A
 * change whose second was over when an earlier answer was given, and that was not in it, has become visible late.
 */
export async function watch(
  client: KommoClient,
  { transport, clock, signal, minutes }: Watched,
): Promise<Examination> {
  const questions = new Questions(client, transport);
  const end = clock.now() + minutes * 60_000;
  const moments: Moment[] = [];
  const ahead: number[] = [];
  const ask = async (list: string, query: Parameters<Questions['ask']>[1]) => {
    const reply = await questions.ask(placeOf(list), query);
    const { ahead: by = 0 } = transport.exchanges.at(-1)!;
    ahead.push(by);
    return { reply, at: clock.now() / 1000 + by };
  };
  do {
    const { reply, at } = await ask('leads', { 'order[updated_at]': 'desc', limit: most });
    moments.push(momentOf(reply, at));
    await clock.sleep(pause, signal);
  } while (clock.now() + 2 * pause < end && transport.requests + 2 < mostRequests);
  const from = Math.floor(moments[0]!.at);
  const log = await ask('events', { 'filter[created_at][from]': from, limit: 250 });
  const events = log.reply.rows.filter(({ entity_type }) => entity_type === 'lead');
  const ids = [...new Set(events.map(({ entity_id }) => entity_id as number))].slice(0, most);
  if (ids.length > 0) {
    await clock.sleep(pause, signal);
    const last = await ask('leads', { 'filter[id][]': ids, limit: 250 });
    moments.push({ at: last.at, rows: last.reply.rows, since: Number.POSITIVE_INFINITY });
  }
  const drift = Math.round(Math.max(...ahead) - Math.min(...ahead));
  const readings = [lateness(moments), drifting(drift), ...gradeAll(touches(events, moments))];
  return { requests: transport.requests, readings };
}

function momentOf({ rows }: Reply, at: number): Moment {
  const oldest = Math.min(...rows.map((row) => numberOf(row, 'updated_at')));
  // Of the oldest second there may be more than fitted.
  const since = rows.length < most ? 0 : oldest + 1;
  return { at, rows: rows.filter((row) => numberOf(row, 'updated_at') >= since), since };
}

function lateness(moments: readonly Moment[]): Finding {
  const name = 'lateRecords';
  const seen = new Set<string>();
  let changes = 0;
  let latest = 0;
  for (const [index, { rows }] of moments.entries()) {
    for (const row of rows) {
      const second = numberOf(row, 'updated_at');
      const version = `${row.id} ${second}`;
      if (seen.has(version)) continue;
      seen.add(version);
      if (index === 0) continue;
      changes += 1;
      const before = moments[index - 1]!;
      // A Date is known to the second, and so is the change: two seconds of doubt.
      if (second >= before.since) latest = Math.max(latest, before.at - second - 2);
    }
  }
  if (changes === 0)
    return { name, grade: 'unknown', seen: 'would need leads that change meanwhile', follows: '' };
  const seconds = Math.ceil(latest);
  const isLate = seconds > 0;
  const needed = Math.ceil(seconds / 60);
  return {
    name,
    grade: isLate ? 'does not hold' : 'holds',
    seen: isLate ? `at least ${seconds} seconds late` : 'not late',
    follows: `${changes} changes seen${isLate ? `; lookback_window_minutes should be ${needed} or more` : ''}`,
  };
}

/** Whether what happened to leads meanwhile touched them, by the first answer after each event that has the lead. */
function touches(events: readonly Row[], moments: readonly Moment[]): Sightings {
  const rowAfter = ({ entity_id, created_at }: Row): Row | undefined => {
    // Two seconds of doubt, as above.
    const later = moments.filter(({ at }) => at > (created_at as number) + 2);
    return later.flatMap(({ rows }) => rows).find(({ id }) => id === entity_id);
  };
  const sightings = Object.entries(kinds).map(([name, kind]) => {
    const own = events.filter(({ type }) => kind.test(String(type)));
    const needs = unknown('would need such an event of a lead meanwhile');
    return [name, judge(own, events, rowAfter) ?? needs] as const;
  });
  return Object.fromEntries(sightings);
}

function drifting(seconds: number): Finding {
  const isOff = seconds > 2;
  return {
    name: 'clockDrift',
    grade: isOff ? 'does not hold' : 'holds',
    seen: `${seconds} seconds between answers`,
    follows: isOff ? 'the servers disagree about the time; raise lookback_window_minutes above that' : '',
  };
}
