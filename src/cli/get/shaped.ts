import type { List, Stream } from '../../stream/declaration.ts';
import { createShaper } from '../../stream/shape.ts';
import type { Address } from './address.ts';
import type { Row } from './fetch-rows.ts';

/** How a stream reads what an address leads to. */
export interface Source {
  stream: Stream;
  /** Undefined where the stream reads it out of something larger. */
  list: List | undefined;
  /** Columns that a row does not carry itself. */
  adds: Readonly<Record<string, string | number>>;
}

/**
 * The stream whose records are at the address, and the list in which it reads them: at the path itself, without the
 * id at its end, or without the id of their owner. Undefined where no stream reads them.
 */
export function sourceOf(streams: readonly Stream[], { entity, place, path }: Address): Source | undefined {
  const stream = streams.find(({ name }) => name === place.stream);
  if (stream === undefined) return undefined;
  const words = path.split('/');
  const isRecord = place === entity.record;
  const ofList = isRecord ? words.slice(0, -1) : [...words.slice(0, -2), words.at(-1)];
  const source = sourceIn(stream, path) ?? sourceIn(stream, ofList.join('/'));
  return source ?? (isRecord ? { stream, list: undefined, adds: {} } : undefined);
}

function sourceIn(stream: Stream, path: string): Source | undefined {
  for (const list of stream.lists) {
    const [before, field, after] = list.path.split(/\{(\w+)\}/) as [string, string?, string?];
    if (field === undefined) {
      if (path === before) return { stream, list, adds: list.adds };
      continue;
    }
    const parent = path.slice(before.length, path.length - after!.length);
    if (!path.startsWith(before) || !path.endsWith(after!) || !/^[^/]+$/.test(parent)) continue;
    const fromParent = Object.entries(list.parent?.adds ?? {}).flatMap(([column, of]) =>
      of === field ? [[column, decodeURIComponent(parent)]] : [],
    );
    return { stream, list, adds: { ...list.adds, ...Object.fromEntries(fromParent) } };
  }
  return undefined;
}

/** The records that the stream delivers for a row. */
export function shaperOf({ stream, list, adds }: Source): (row: Row) => Row[] {
  const shaper = createShaper(stream, Object.keys(stream.schema.properties), () => {});
  const records = list?.rows ?? ((row: Row) => [row]);
  return (row) => records(row).map((record) => shaper.shape({ ...record, ...adds }).data);
}
