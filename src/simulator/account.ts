import { AccountRecords } from './account-records.ts';
import { entityOf, linkEvent, mergeEvent, tagEvent } from './event-log.ts';
import { readingFor } from './readings.ts';
import type { KommoRecord } from './table.ts';

export type { Truth } from './account-store.ts';

/** A Kommo account and the people who work in it. */
export class Account extends AccountRecords {
  /** Links two records; each of the two embeds the other afterwards, where its list has a place for it. */
  link(stream: string, id: number | string, other: string, otherId: number | string): void {
    for (const [one, oneId, many, manyId] of bothSides(stream, id, other, otherId)) {
      // A lead or a contact belongs to one company at most (kommo-api.md §10).
      const former = many === 'companies' && one !== 'customers' ? this.linked(one, oneId, many) : [];
      for (const company of former)
        if (company.id !== manyId) this.unlink(one, oneId, many, company.id as number);
      this.embed(one, oneId, many, (all) => added(all, this.mention(many, manyId, all.length === 0)));
    }
    const isNamed = this.readings.linkEvents === 'named';
    this.tell(linkEvent('linked', isNamed, this.entity(stream, id), this.entity(other, otherId)));
  }

  /** Takes a link away from both sides. */
  unlink(stream: string, id: number | string, other: string, otherId: number | string): void {
    for (const [one, oneId, many, manyId] of bothSides(stream, id, other, otherId))
      this.embed(one, oneId, many, (all) => all.filter((linked) => linked.id !== manyId));
    const isNamed = this.readings.linkEvents === 'named';
    this.tell(linkEvent('unlinked', isNamed, this.entity(stream, id), this.entity(other, otherId)));
  }

  /** Adds a tag to a record, and to the tags of its list when it is new there. */
  tag(stream: string, id: number | string, name: string): void {
    const tags = `${stream}_tags`;
    const known = this.all(tags).find((one) => one.name === name)?.id ?? this.create(tags, { name });
    this.embed(stream, id, 'tags', (all) => added(all, { id: known, name, color: null }), 'tagsTouch');
    this.tell(tagEvent('added', this.entity(stream, id), name));
  }

  /** Takes a tag from a record. */
  untag(stream: string, id: number | string, name: string): void {
    this.embed(stream, id, 'tags', (all) => all.filter((one) => one.name !== name), 'tagsTouch');
    this.tell(tagEvent('deleted', this.entity(stream, id), name));
  }

  /** Makes one record of two: what hangs on the loser goes over to the winner, and the loser is gone without a bin. */
  merge(stream: string, winner: number | string, loser: number | string): void {
    for (const other of ['leads', 'contacts', 'companies', 'customers', 'catalog_elements']) {
      for (const { id } of this.linked(stream, loser, other) as { id: number }[]) {
        this.unlink(stream, loser, other, id);
        if (this.has(other, id)) this.link(stream, winner, other, id);
      }
    }
    for (const { name } of this.linked(stream, loser, 'tags')) this.tag(stream, winner, String(name));
    this.purge(stream, loser);
    const { list, row } = this.existing(stream, winner);
    if (readingFor(this.readings, 'mergesTouch', stream)) this.touch(list, row);
    this.tell(mergeEvent(this.readings.mergedTells, this.entity(stream, winner), loser));
  }

  /** What a record embeds of another list. */
  private linked(stream: string, id: number | string, other: string): KommoRecord[] {
    const embedded = this.record(stream, id, [other])?._embedded as Record<string, KommoRecord[]> | undefined;
    return embedded?.[other] ?? [];
  }

  private mention(list: string, id: number | string, isFirst: boolean): KommoRecord {
    if (list === 'contacts') return { id, is_main: isFirst };
    if (list !== 'catalog_elements') return { id };
    return { id, metadata: { quantity: 1, catalog_id: this.record(list, id)?.catalog_id } };
  }

  /** Changes what a record embeds; records that have no such place stay as they are. */
  private embed(
    stream: string,
    id: number | string,
    key: string,
    change: (all: KommoRecord[]) => KommoRecord[],
    touching: 'linksTouch' | 'tagsTouch' = 'linksTouch',
  ): void {
    const embedded = this.record(stream, id, [key])?._embedded as Record<string, KommoRecord[]> | undefined;
    const before = embedded?.[key];
    const after = before && change(before);
    if (after === undefined || after.length === before?.length) return;
    const list = this.list(stream);
    const row = list.rowOf(id);
    this.override(list, row, { _embedded: { [key]: after } });
    if (readingFor(this.readings, touching, stream)) this.touch(list, row);
    else list.forget(row);
  }

  private entity(stream: string, id: number | string): { entity: string; id: number | string } {
    return { entity: entityOf(stream, () => this.record(stream, id) ?? {}), id };
  }
}

function bothSides<Id>(stream: string, id: Id, other: string, otherId: Id) {
  return [
    [stream, id, other, otherId],
    [other, otherId, stream, id],
  ] as const;
}

function added(all: KommoRecord[], one: KommoRecord): KommoRecord[] {
  return all.some(({ id }) => id === one.id) ? all : [...all, one];
}
