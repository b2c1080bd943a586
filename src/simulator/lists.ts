import type { ListDeclaration } from './list-declaration.ts';
import { activityLists } from './lists/activity.ts';
import { catalogLists } from './lists/catalogs.ts';
import { channelLists } from './lists/channels.ts';
import { chatLists } from './lists/chats.ts';
import { coreLists } from './lists/core.ts';
import { customerLists } from './lists/customers.ts';
import { fieldLists } from './lists/fields.ts';
import { fileLists } from './lists/files.ts';
import { settingLists } from './lists/settings.ts';

/** All lists of an account. The place decides what chance makes of a list: add at the end. */
export const listDeclarations: readonly ListDeclaration[] = [
  ...coreLists,
  ...settingLists,
  ...fieldLists,
  ...channelLists,
  ...activityLists,
  ...catalogLists,
  ...chatLists,
  ...fileLists,
  ...customerLists,
];

const byName = new Map(listDeclarations.map((declaration) => [declaration.name, declaration]));

/** A list by its name; throws for one that no account has. */
export function declarationOf(name: string): ListDeclaration {
  const declaration = byName.get(name);
  if (declaration === undefined)
    throw new Error(`there is no list "${name}"; there are: ${[...byName.keys()].join(', ')}`);
  return declaration;
}

const byStream = new Map<string, readonly ListDeclaration[]>(
  listDeclarations.map((list) => [list.name, [list]]),
);
for (const list of listDeclarations) {
  const { name } = list.stream ?? list;
  if (name !== list.name) byStream.set(name, [...(byStream.get(name) ?? []), list]);
}

/** The lists of a stream, or the one of this name; none for what is no list. */
export function listsOf(name: string): readonly ListDeclaration[] {
  return byStream.get(name) ?? [];
}
