import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { Examination, Finding } from '../doctor-report.ts';
import { type CountedTransport, mostRequests } from './counted-transport.ts';
import { numberOf, placeOf, Questions } from './questions.ts';

const pause = 10_000;

interface Watched {
  transport: CountedTransport;
  clock: Clock;
  signal: AbortSignal;
  minutes: number;
}

/**
 * Asks for the newest leads every ten seconds. A change whose second was over when an earlier answer was given,
 * and that was not in it, has become visible late.
 */
export async function watch(
  client: KommoClient,
  { transport, clock, signal, minutes }: Watched,
): Promise<Examination> {
  const questions = new Questions(client, transport);
  const end = clock.now() + minutes * 60_000;
  const seen = new Set<string>();
  const ahead: number[] = [];
  let [before, changes, latest]: [number | undefined, number, number] = [undefined, 0, 0];
  do {
    const reply = await questions.ask(placeOf('leads'), { 'order[updated_at]': 'desc', limit: 50 });
    const { ahead: by = 0 } = transport.exchanges.at(-1)!;
    ahead.push(by);
    const servedAt = clock.now() / 1000 + by;
    const oldest = Math.min(...reply.rows.map((row) => numberOf(row, 'updated_at')));
    const shown = reply.rows.filter((row) => reply.rows.length < 50 || numberOf(row, 'updated_at') > oldest);
    for (const row of shown) {
      const second = numberOf(row, 'updated_at');
      const version = `${row.id} ${second}`;
      if (seen.has(version)) continue;
      seen.add(version);
      if (before === undefined) continue;
      changes += 1;
      // A Date is known to the second, and so is the change: two seconds of doubt.
      latest = Math.max(latest, before - second - 2);
    }
    before = servedAt;
    await clock.sleep(pause, signal);
  } while (clock.now() < end && transport.requests < mostRequests);
  const drift = Math.round(Math.max(...ahead) - Math.min(...ahead));
  return { requests: transport.requests, readings: [lateness(changes, latest), drifting(drift)] };
}

function lateness(changes: number, latest: number): Finding {
  const name = 'lateRecords';
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

function drifting(seconds: number): Finding {
  const isOff = seconds > 2;
  return {
    name: 'clockDrift',
    grade: isOff ? 'does not hold' : 'holds',
    seen: `${seconds} seconds between answers`,
    follows: isOff ? 'the servers disagree about the time; raise lookback_window_minutes above that' : '',
  };
}
