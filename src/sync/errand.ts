import type { List } from '../stream/declaration.ts';
import type { Child } from './child.ts';
import { Coverage, type ReadingPeriod } from './coverage.ts';
import type { Part, SyncMode } from './event.ts';
import { Family } from './family.ts';
import type { ListReading } from './list-reading.ts';
import type { StreamReading } from './stream-reading.ts';

/** A stream that gets the rows of a list. */
export interface Feed {
  readonly stream: StreamReading;
  readonly part: ListReading;
  /** The list as the stream declares it: which records a row holds is the stream's own matter. */
  readonly list: List;
  /** Columns that all its records bear. */
  readonly adds: Part;
}

/** What a job reads, and for whom. */
export interface Errand {
  readonly list: List;
  readonly mode: SyncMode;
  /** Which part of the list is to be read, by its cursor; undefined for all of it. */
  readonly coverage: Coverage | undefined;
  readonly feeds: readonly Feed[];
  /** Families whose parents the rows are. */
  readonly families: readonly Family[];
  /** The member of a family that the list is. */
  readonly member?: { readonly family: Family; readonly child: Child };
}

/** Streams that the same answers serve are read together: one request is enough for all of them. */
export function errandsOf(streams: readonly StreamReading[], period: ReadingPeriod): Errand[] {
  const errands = new Map<string, Errand & { feeds: Feed[]; families: Family[] }>();
  /** `reader` tells apart who reads different intervals of one list. */
  const errandFor = (list: List, mode: Errand['mode'], coverage?: Coverage, reader?: unknown) => {
    const { host, path, envelope, query, kinds } = list;
    const question = JSON.stringify([host, path, envelope, query, kinds, list.with, reader]);
    const errand = errands.get(question) ?? { list, mode, coverage, feeds: [], families: [] };
    errands.set(question, errand);
    return errand;
  };
  for (const stream of streams) {
    for (const part of [...stream.parts, ...stream.again]) {
      const { list, mode, before, isAgain } = part;
      if (isAgain && !part.hasBegun(period.closed.value)) part.end();
      else if (list.parent !== undefined) {
        const family = new Family(stream, part, list.parent, period);
        part.progress = family;
        const { parentList, parentCoverage } = family;
        const reader = parentCoverage && [mode, parentCoverage.open];
        errandFor(parentList, mode, parentCoverage, reader).families.push(family);
      } else if (list.cursor !== undefined) {
        const looksAgain = stream.again.length > 0;
        const coverage = new Coverage({ mode, state: before, looksAgain, isAgain }, period);
        const reader = list.filter === undefined ? [mode, coverage.open] : [stream.name, isAgain];
        if (isAgain && coverage.open.length === 0) part.end();
        else errandFor(list, mode, coverage, reader).feeds.push({ stream, part, list, adds: list.adds });
      } else if (isAgain || stream.parts.length === 1 || !part.goOn(period.closed.value)) {
        errandFor(list, mode).feeds.push({ stream, part, list, adds: list.adds });
      }
    }
  }
  return [...errands.values()];
}
