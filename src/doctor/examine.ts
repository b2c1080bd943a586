import type { KommoClient } from '../api/kommo-client.ts';
import type { Examination } from '../doctor-report.ts';
import { doubts } from '../readings.ts';
import { BudgetSpentError } from './counted-transport.ts';
import type { Sighting } from './finding.ts';
import { gradeAll } from './grade.ts';
import type { Look, Probe, Sightings } from './look.ts';
import { access, account, onlyDeleted, outOfUse } from './probes/access.ts';
import { bounds, scalarDate } from './probes/bounds.ts';
import { ifModifiedSince } from './probes/conditional.ts';
import { beyondEnd, depth } from './probes/depth.ts';
import { fileLinks } from './probes/files.ts';
import { filters } from './probes/filters.ts';
import { clocks, line, prematureEnds } from './probes/line.ts';
import { eventShapes, eventTypes, touches } from './probes/log.ts';
import { defaultOrder, eventsCreatedAtOrder, order, ties } from './probes/order.ts';
import { next, pageSize } from './probes/pages.ts';
import { eventsReach, incomingLeads, notes } from './probes/records.ts';
import { examined, Questions } from './questions.ts';
import { type Sample, takeSample } from './sample.ts';

/** In the order in which they build on each other; what only counts answers comes last. */
const probes: readonly Probe[] = [
  account,
  filters,
  bounds,
  scalarDate,
  order,
  ties,
  defaultOrder,
  eventsCreatedAtOrder,
  pageSize,
  next,
  depth,
  beyondEnd,
  touches,
  eventShapes,
  eventTypes,
  outOfUse,
  onlyDeleted,
  eventsReach,
  notes,
  incomingLeads,
  fileLinks,
  ifModifiedSince,
  access,
  prematureEnds,
  clocks,
  line,
];

/** What nothing that can be asked tells apart. */
const outOfReach: Readonly<Record<string, string>> = {
  hiddenTogether: 'would need to know what is hidden',
  renamed: 'would need an account that had another name',
};

/**
 * Asks the account reading questions, one after the other, `mostRequests` at most. Rejects where it could not look:
 * for what is wrong with the token, the account or the line.
 */
export async function examine(
  client: KommoClient,
  parts: Pick<Look, 'transport' | 'clock' | 'streams' | 'requestsPerSecond' | 'offeredProtocol'>,
): Promise<Examination> {
  const questions = new Questions(client, parts.transport);
  const account = await client.account(['is_api_filter_enabled']);
  const samples: Sample[] = [];
  const sightings: Sightings = {};
  for (const list of examined) {
    const sample = await takeSample(questions, list);
    if (sample.refused !== undefined) sightings[`refused.${list.name}`] = { value: sample.refused };
    else if (sample.rows.length > 0) samples.push(sample);
  }
  const look: Look = {
    ...{ ...parts, questions, account, samples },
    ...{ windows: new Map(), rising: new Map(), short: new Set() },
  };
  for (const probe of probes) Object.assign(sightings, await ask(probe, look));
  for (const name of Object.keys(doubts)) {
    if (Object.keys(sightings).some((key) => key.split('.')[0] === name)) continue;
    sightings[name] = { needs: outOfReach[name] ?? 'would need records to look at' };
  }
  return { requests: parts.transport.requests, readings: gradeAll(sightings) };
}

async function ask(probe: Probe, look: Look): Promise<Sightings> {
  try {
    return await probe.look(look);
  } catch (error) {
    if (!(error instanceof BudgetSpentError)) throw error;
    return Object.fromEntries(
      probe.doubts.map((name): [string, Sighting] => [name, { needs: error.message }]),
    );
  }
}
