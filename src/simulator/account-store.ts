import type { AccountSize } from './account-size.ts';
import { foundWorld } from './foundation.ts';
import { listDeclarations } from './lists.ts';
import { mix, mixFraction, randomSequence } from './random.ts';
import { type Readings, readingFor } from './readings.ts';
import { statusRecords } from './records/pipeline.ts';
import { isDeactivated } from './records/user.ts';
import { tableOf, type World } from './records/world.ts';
import { ServedList, versionIn } from './served-list.ts';
import { IN_BIN, type KommoRecord, LISTED } from './table.ts';

/** What is true of a record at this moment. */
export interface Truth {
  id: number | string;
  version: number;
  /** `created_at` for events, which have no other time. */
  updated_at: number;
}

/** What is in an account, and the truth that a test compares with. All times are seconds of the server's clock. */
export class AccountStore {
  readonly id: number;
  readonly subdomain: string;
  readonly world: World;
  readonly lists = new Map<string, ServedList>();
  /** Let edits, creations and deletions leave events behind, as in a real account. */
  recordEvents: boolean;
  /** Runs on with each use and follows from the seed. */
  readonly random: () => number;
  private readonly milliseconds: () => number;
  protected readonly readings: Readings;

  constructor(
    size: AccountSize,
    settings: {
      seed: number;
      subdomain: string;
      readings: Readings;
      recordEvents: boolean;
      milliseconds(): number;
    },
  ) {
    const { seed } = settings;
    this.milliseconds = settings.milliseconds;
    this.readings = settings.readings;
    this.recordEvents = settings.recordEvents;
    this.subdomain = settings.subdomain;
    this.random = randomSequence(seed);
    this.id = 30_000_000 + (mix(seed, 0, 1) % 1_000_000);
    this.world = foundWorld(size, { seed, accountId: this.id, subdomain: this.subdomain, now: this.now() });
    for (const declaration of listDeclarations) {
      this.lists.set(
        declaration.name,
        new ServedList(declaration, tableOf(this.world, declaration.name), this.world),
      );
    }
  }

  /** The server's clock in whole seconds. */
  now(): number {
    return Math.floor(this.milliseconds() / 1000 + this.readings.clockSkew);
  }

  /** What a complete reader must have by now: every listed record that the token may see, with its version, by rising id. */
  *truth(stream: string): Generator<Truth> {
    if (stream === 'statuses') return yield* this.statusTruth();
    yield* this.truthIn(stream, LISTED);
  }

  /** The same for what lies in the bin, which only `with=only_deleted` shows. */
  *binned(stream: string): Generator<Truth> {
    yield* this.truthIn(stream, IN_BIN);
  }

  /** The version that a served record shows: what `truth` calls `version`. */
  versionOf(stream: string, record: KommoRecord): number {
    return stream === 'statuses' ? 0 : versionIn(this.list(stream).declaration, record);
  }

  /** A record as a list would serve it now, without `_links`; undefined when it is not listed. */
  record(stream: string, id: number | string, wanted: string[] = []): KommoRecord | undefined {
    const list = this.list(stream);
    list.table.reveal(this.now());
    const row = list.rowOf(id);
    const isListed = row >= 0 && list.table.states[row] === LISTED && !this.unseenRows(stream)?.(row);
    return isListed ? list.record(row, new Set(wanted)) : undefined;
  }

  /** The ids of all listed records, rising. */
  ids(stream: string): (number | string)[] {
    const list = this.list(stream);
    list.table.reveal(this.now());
    return Array.from<number, number | string>(list.table.rowsIn(LISTED), (row) => list.publicId(row));
  }

  /** Some listed ids by chance, each once; fewer when there are not so many. */
  sample(stream: string, count: number, random: () => number = this.random): (number | string)[] {
    const list = this.list(stream);
    list.table.reveal(this.now());
    const rows = list.table.rowsIn(LISTED);
    const picked = new Set<number>();
    while (picked.size < Math.min(count, rows.length)) picked.add(rows[Math.floor(random() * rows.length)]!);
    return Array.from(picked, (row) => list.publicId(row));
  }

  /** How many records are listed. */
  count(stream: string): number {
    const list = this.list(stream);
    list.table.reveal(this.now());
    return list.table.rowsIn(LISTED).length;
  }

  /** A list by its name; throws for one that the account does not have. */
  list(stream: string): ServedList {
    const list = this.lists.get(stream);
    if (list === undefined)
      throw new Error(`there is no list "${stream}"; there are: ${[...this.lists.keys()].join(', ')}`);
    return list;
  }

  /** Which rows of a list the current readings hide. */
  hiddenRows(stream: string): ((row: number) => boolean) | undefined {
    if (stream === 'users' && !this.readings.deactivatedUsers) return isDeactivated;
    if (stream === 'pipelines' && !this.readings.archivedPipelines) {
      return (row) => this.list('pipelines').record(row).is_archive === true;
    }
    return undefined;
  }

  /** Which rows of a list the token may not see: they keep their places (`shortPages`). */
  unseenRows(stream: string): ((row: number) => boolean) | undefined {
    const share = readingFor(this.readings, 'shortPages', stream);
    const { hiddenTogether } = this.readings;
    if (share <= 0) return undefined;
    return (row) => mixFraction(this.id, Math.floor(row / hiddenTogether), 31) < share;
  }

  private *truthIn(stream: string, state: number): Generator<Truth> {
    const list = this.list(stream);
    list.table.reveal(this.now());
    const hidden = this.hiddenRows(stream);
    const unseen = this.unseenRows(stream);
    for (const row of list.table.rowsIn(state)) {
      if (hidden?.(row) || unseen?.(row)) continue;
      yield { id: list.publicId(row), version: list.version(row), updated_at: list.table.updatedAt[row]! };
    }
  }

  private *statusTruth(): Generator<Truth> {
    for (const { id } of this.truth('pipelines')) {
      const row = this.list('pipelines').rowOf(id);
      const embedded = this.list('pipelines').record(row)._embedded as { statuses: KommoRecord[] };
      for (const status of embedded.statuses ?? statusRecords(this.world, row)) {
        yield { id: `${status.pipeline_id}/${status.id}`, version: 0, updated_at: 0 };
      }
    }
  }
}
