import type { AccountSize } from './account-size.ts';
import { foundWorld } from './foundation.ts';
import { declarationOf, listsOf } from './lists.ts';
import { versionIn } from './marker.ts';
import { mix, mixFraction, randomSequence } from './random.ts';
import { type Readings, readingFor } from './readings.ts';
import { isDeactivated } from './records/user.ts';
import type { World } from './records/world.ts';
import { ServedList } from './served-list.ts';
import { IN_BIN, type KommoRecord, LISTED } from './table.ts';
import { type Truth, truthIn, truthOf } from './truth.ts';

export type { Truth } from './truth.ts';

/** What is in an account, and the truth that a test compares with. All times are seconds of the server's clock. */
export class AccountStore {
  readonly id: number;
  readonly subdomain: string;
  readonly world: World;
  private readonly served = new Map<string, ServedList>();
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
    this.world = foundWorld(size, {
      seed,
      accountId: this.id,
      subdomain: this.subdomain,
      now: this.now(),
      readings: settings.readings,
      lists: {
        all: (list) => this.all(list),
        childrenOf: (list, parent) => this.list(list).childrenOf(parent),
        parentOf: (list, row) => this.list(list).parentOf(row)!,
        record: (list, row) => this.list(list).record(row),
        publicId: (list, row) => this.list(list).publicId(row),
      },
    });
  }

  /** The server's clock in whole seconds. */
  now(): number {
    return Math.floor(this.milliseconds() / 1000 + this.readings.clockSkew);
  }

  /**
   * What a complete reader of a stream or a list must have by now: every listed record that the token may see, with its
   * version, by rising id.
   */
  *truth(name: string): Generator<Truth> {
    yield* truthOf(this, name);
  }

  /** The same for what lies in the bin, which only `with=only_deleted` shows. */
  *binned(stream: string): Generator<Truth> {
    yield* truthIn(this, stream, IN_BIN);
  }

  /** The version that a record of a stream or a list shows: what `truth` calls `version`. */
  versionOf(name: string, record: KommoRecord): number {
    return versionIn(listsOf(name)[0]?.marker, record);
  }

  /** A record as a list would serve it now, without `_links`; undefined when it is not listed. */
  record(stream: string, id: number | string, wanted: string[] = []): KommoRecord | undefined {
    if (!this.has(stream, id)) return undefined;
    const list = this.list(stream);
    return list.record(list.rowOf(id), new Set(wanted));
  }

  /** Whether a record is listed. */
  has(name: string, id: number | string): boolean {
    const list = this.list(name);
    list.table.reveal(this.now());
    const row = list.rowOf(id);
    return row >= 0 && list.table.states[row] === LISTED && !this.unseenRows(name)?.(row);
  }

  /** The ids of all listed records, rising; of a stream of other lists what `truth` calls so. */
  ids(name: string): (number | string)[] {
    const rows = this.listedRows(name);
    if (rows === undefined) return [...this.truth(name)].map(({ id }) => id);
    const list = this.list(name);
    return Array.from<number, number | string>(rows, (row) => list.publicId(row));
  }

  /** Some listed ids by chance, each once; fewer when there are not so many. */
  sample(name: string, count: number, random: () => number = this.random): (number | string)[] {
    const rows = this.listedRows(name);
    const ids = rows === undefined ? this.ids(name) : undefined;
    const { length } = ids ?? rows!;
    const picked = new Set<number>();
    while (picked.size < Math.min(count, length)) picked.add(Math.floor(random() * length));
    return Array.from(picked, (place) => ids?.[place] ?? this.list(name).publicId(rows![place]!));
  }

  /** How many records are listed. */
  count(name: string): number {
    return (this.listedRows(name) ?? this.ids(name)).length;
  }

  /** The listed rows of a list; undefined for a stream that is no list itself. */
  private listedRows(name: string): Uint32Array | undefined {
    const lists = listsOf(name);
    if (lists.length > 0 && lists[0]!.name !== name) return undefined;
    const { table } = this.list(name);
    table.reveal(this.now());
    return table.rowsIn(LISTED);
  }

  /** A list by its name; throws for one that the account does not have. */
  list(name: string): ServedList {
    let list = this.served.get(name);
    if (list === undefined) {
      list = new ServedList(declarationOf(name), this.world);
      this.served.set(name, list);
    }
    return list;
  }

  /** The listed records of a list. */
  all(name: string): KommoRecord[] {
    const list = this.list(name);
    const unseen = this.unseenRows(name);
    return [...this.listedRows(name)!].filter((row) => !unseen?.(row)).map((row) => list.record(row));
  }

  /** The listed records of a list that belong to this one. */
  childrenOf(name: string, parent: number | string): KommoRecord[] {
    const list = this.list(name);
    list.table.reveal(this.now());
    const unseen = this.unseenRows(name);
    return list
      .childrenOf(parent)
      .filter((row) => !unseen?.(row))
      .map((row) => list.record(row));
  }

  /** Which rows of a list the current readings hide. */
  hiddenRows(stream: string): ((row: number) => boolean) | undefined {
    if (stream === 'users' && !this.readings.deactivatedUsers) return isDeactivated;
    if (stream === 'pipelines' && !this.readings.archivedPipelines) {
      return (row) => this.list('pipelines').record(row).is_archive === true;
    }
    if (stream === 'events' && this.readings.eventsReach !== 'endless') {
      const oldest = this.now() - this.readings.eventsReach;
      return (row) => this.list('events').table.createdAt[row]! < oldest;
    }
    if (stream === 'leads' && this.readings.incomingLeads === 'not listed') {
      const waiting = new Set(this.all('incoming_leads').flatMap(leadsOf));
      return (row) => waiting.has(this.list('leads').publicId(row));
    }
    return undefined;
  }

  /** Which rows of a list the token may not see: they keep their places (`shortPages`). */
  unseenRows(stream: string): ((row: number) => boolean) | undefined {
    const share = readingFor(this.readings, 'shortPages', stream);
    const { hiddenTogether } = this.readings;
    // The account itself is a record without a list, and everybody sees it.
    if (share <= 0 || this.list(stream).declaration.key === '') return undefined;
    return (row) => mixFraction(this.id, Math.floor(row / hiddenTogether), 31) < share;
  }
}

/** The leads that an incoming one stands for. */
function leadsOf({ _embedded }: KommoRecord): unknown[] {
  return ((_embedded as { leads?: { id: number }[] })?.leads ?? []).map(({ id }) => id);
}
