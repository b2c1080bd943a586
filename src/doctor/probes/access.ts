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
    return {
      archivedPipelines: archived(
        pipelines.rows,
        leads.some(
          ({ pipeline_id }) => listed.size > 0 && typeof pipeline_id === 'number' && !listed.has(pipeline_id),
        ),
      ),
      deactivatedUsers: users.rows.some(isDeactivated)
        ? { value: true }
        : await hiddenUsers(
            questions,
            users.rows,
            samples.flatMap(({ rows }) => rows),
          ),
    };
  },
};

const isDeactivated = ({ rights }: Row) =>
  typeof rights === 'object' && rights !== null && (rights as Row).is_active === false;
/** So many of those whom records name, and no list, are asked for. */
const namedUsers = 3;

/** A user whom records name and the list does not, and who is there by id. */
async function hiddenUsers(
  questions: Questions,
  users: readonly Row[],
  records: readonly Row[],
): Promise<Sighting> {
  const listed = new Set(users.map(({ id }) => id));
  const ids = new Set(records.flatMap(({ responsible_user_id: id }) => (typeof id === 'number' ? [id] : [])));
  const missing = [...ids].filter((id) => id > 0 && !listed.has(id));
  for (const id of missing.slice(0, namedUsers)) {
    const place = { name: 'users', path: `/api/v4/users/${id}`, envelope: undefined };
    const { rows } = await questions.ask(place, {});
    if (rows.some(isDeactivated)) return { value: false };
  }
  return unknown('would need a deactivated user; none is listed');
}

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
    const known = questions.statuses.get(path);
    const status = known ?? (await questions.ask({ name, path, host, envelope }, query)).status;
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
