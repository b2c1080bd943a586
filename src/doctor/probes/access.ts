import type { List } from '../../stream/declaration.ts';
import { BudgetSpentError } from '../counted-transport.ts';
import { type Sighting, unknown } from '../finding.ts';
import type { Probe, Sightings } from '../look.ts';
import { examined, placeOf, type Questions, type Row } from '../questions.ts';

/** What the account says of itself, and what cannot be seen from inside. */
export const account: Probe = {
  doubts: ['isApiFilterEnabled'],
  async look({ account }) {
    const { filtersEnabled } = account;
    return {
      isApiFilterEnabled:
        filtersEnabled === undefined ? unknown('the account does not say') : { value: filtersEnabled },
    };
  },
};

/** Whether rows that are out of use are listed. */
export const outOfUse: Probe = {
  doubts: ['archivedPipelines', 'deactivatedUsers'],
  async look({ questions, samples }) {
    const pipelines = await questions.askSurely(
      { name: 'pipelines', path: '/api/v4/leads/pipelines', envelope: 'pipelines' },
      {},
    );
    const users = await questions.askSurely(placeOf('users'), { limit: 250 });
    const listed = new Set(pipelines.rows.map(({ id }) => id));
    const leads = samples.find(({ list }) => list.name === 'leads')?.rows ?? [];
    const isDeactivated = ({ rights }: Row) =>
      typeof rights === 'object' && rights !== null && (rights as Row).is_active === false;
    return {
      archivedPipelines: archived(
        pipelines.rows,
        leads.some(
          ({ pipeline_id }) => listed.size > 0 && typeof pipeline_id === 'number' && !listed.has(pipeline_id),
        ),
      ),
      deactivatedUsers: users.rows.some(isDeactivated)
        ? { value: true }
        : unknown('would need a deactivated user; none is listed'),
    };
  },
};

function archived(pipelines: readonly Row[], hasHidden: boolean): Sighting {
  if (pipelines.some(({ is_archive }) => is_archive === true)) return { value: true };
  // Leads stay in a pipeline that was archived; one that is deleted has none.
  return hasHidden ? { value: false } : unknown('would need an archived pipeline with leads');
}

/** Which of the lists that are read by default are there for this account and token. */
export const access: Probe = {
  doubts: ['refused'],
  async look({ questions, streams, samples }) {
    const sightings: Sightings = {};
    for (const { list } of samples) sightings[`refused.${list.name}`] = { value: 'no' };
    const known = new Set(examined.map(({ name }) => placeOf(name).path));
    for (const { name, lists, selectedByDefault } of streams) {
      const list = lists.find(({ parent }) => parent === undefined);
      if (!selectedByDefault || list === undefined || known.has(list.path)) continue;
      known.add(list.path);
      sightings[`refused.${name}`] = await isRefused(questions, { ...list, name });
    }
    return sightings;
  },
};

async function isRefused(questions: Questions, list: List): Promise<Sighting> {
  const query = list.isPaged ? { ...list.query, limit: 1 } : list.query;
  const { name, path, host, envelope } = list;
  try {
    const { status } = await questions.ask({ name, path, host, envelope }, query);
    return { value: [402, 403, 404, 422].includes(status) ? status : 'no' };
  } catch (error) {
    if (error instanceof BudgetSpentError) return unknown(error.message);
    throw error;
  }
}

/** Whether `with=only_deleted` shows another list than without it. */
export const onlyDeleted: Probe = {
  doubts: ['onlyDeleted'],
  async look({ questions, samples }) {
    const sightings: Sightings = {};
    for (const { list, rows } of samples) {
      if (list.name !== 'contacts' && list.name !== 'companies') continue;
      const bin = await questions.ask(placeOf(list.name), { with: 'only_deleted', limit: 50 });
      const known = new Set(rows.map(({ id }) => id));
      const shown = bin.rows.filter(({ id }) => known.has(id)).length;
      const name = `onlyDeleted.${list.name}`;
      if (shown > 0) sightings[name] = { value: 'ignored' };
      else if (bin.rows.length > 0) sightings[name] = { value: 'honoured' };
      else sightings[name] = unknown('would need a deleted record; the bin came empty');
    }
    return sightings;
  },
};
