import type { AccountStore } from './account-store.ts';
import { listsOf } from './lists.ts';
import { statusRecords } from './records/pipeline.ts';
import type { ServedList } from './served-list.ts';
import { type KommoRecord, LISTED } from './table.ts';

/** What is true of a record at this moment. */
export interface Truth {
  /** For a stream whose key has several columns their values, joined by slashes. */
  id: number | string;
  version: number;
  /** `created_at` for events, which have no other time. */
  updated_at: number;
}

/** What a complete reader of a stream or a list must have by now. */
export function* truthOf(account: AccountStore, name: string): Generator<Truth> {
  const worked = computed[name];
  if (worked !== undefined) return yield* worked(account);
  yield* truthIn(account, name, LISTED);
}

/** The records of a stream or a list in one state. */
export function* truthIn(account: AccountStore, name: string, state: number): Generator<Truth> {
  const lists = listsOf(name);
  if (lists.length === 0) account.list(name);
  for (const { name: list, stream } of lists)
    yield* rowsIn(account, account.list(list), state, stream?.name === name);
}

function* rowsIn(
  account: AccountStore,
  list: ServedList,
  state: number,
  byKey: boolean,
  wanted?: (row: number) => boolean,
): Generator<Truth> {
  const { name } = list.declaration;
  list.table.reveal(account.now());
  const hidden = account.hiddenRows(name);
  const unseen = account.unseenRows(name);
  const isOrphaned = orphansOf(account, list);
  for (const row of list.table.rowsIn(state)) {
    if (wanted?.(row) === false || hidden?.(row) || unseen?.(row) || isOrphaned(row)) continue;
    const id = byKey ? list.key(row) : list.publicId(row);
    yield { id, version: list.version(row), updated_at: list.table.updatedAt[row]! };
  }
}

/** Which records nobody can ask for, because the one that they belong to is gone, or in no list. */
function orphansOf(account: AccountStore, list: ServedList): (row: number) => boolean {
  const { path, parent } = list.declaration;
  if (parent === undefined || path?.includes('{') === false) return () => false;
  const hidden = account.hiddenRows(parent.list);
  const parents = account.list(parent.list);
  return (row) => {
    const id = list.parentOf(row)!;
    return !account.has(parent.list, id) || hidden?.(parents.rowOf(id)) === true;
  };
}

/** What a reader of those streams must have that are no lists of their own. */
const computed: Readonly<Record<string, (account: AccountStore) => Generator<Truth>>> = {
  *statuses(account) {
    for (const { id } of account.truth('pipelines')) {
      const list = account.list('pipelines');
      const row = list.rowOf(id);
      const { statuses } = list.record(row)._embedded as { statuses?: KommoRecord[] };
      for (const status of statuses ?? statusRecords(account.world, row))
        yield unversioned(`${status.pipeline_id}/${status.id}`);
    }
  },

  *incoming_leads_summary() {
    yield unversioned('');
  },

  // A file with one version needs no list of them.
  *file_versions(account) {
    for (const entry of truthIn(account, 'file_versions', LISTED)) {
      const [file] = `${entry.id}`.split('/');
      if (account.world.childrenOf('file_versions', file!).length > 1) yield entry;
    }
  },

  *deletions(account) {
    const list = account.list('events');
    yield* rowsIn(account, list, LISTED, false, (row) => {
      const type = String(list.valueOf(row)('type'));
      return /^(\w+_(deleted|restored)|entity_merged)$/.test(type) && type !== 'entity_tag_deleted';
    });
  },
};

function unversioned(id: string): Truth {
  return { id, version: 0, updated_at: 0 };
}
