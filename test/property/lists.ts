import { resourceAt } from '../../src/simulator/api.ts';
import { listDeclarations, listsOf } from '../../src/simulator/lists.ts';
import type { List, Stream } from '../../src/stream/declaration.ts';

/** Where a list is served in the simulated account, as its readings and statistics name it. */
export function resourceOf({ host, path }: List): string {
  const below = path.replaceAll(/\{\w+\}/g, '1').replace(/^\/(api\/v4|v1\.0)\//, '');
  return resourceAt(host, below)!;
}

/** The lists of a stream, each with the one that it hangs on. */
export function listsAndParents({ lists }: Stream): List[] {
  const parents = lists.flatMap(({ parent }) => (parent === undefined ? [] : [parent.list]));
  return [...lists, ...new Set(parents)];
}

/** The simulated lists that the records of a stream are in; none where they are worked out of others. */
export function ownLists(stream: Stream): string[] {
  const own = listsOf(stream.name).map(({ name }) => name);
  return own.length > 0 ? own : stream.lists.map(resourceOf).filter(isList);
}

/** The simulated lists whose records those of the stream hang on, without which it cannot be read. */
export function parentLists({ lists }: Stream): string[] {
  return lists.flatMap(({ parent }) => (parent === undefined ? [] : [resourceOf(parent.list)]));
}

function isList(name: string): boolean {
  return listDeclarations.some((declaration) => declaration.name === name);
}
