import type { ListDeclaration } from './list-declaration.ts';
import { listDeclarations } from './lists.ts';

/** What a path leads to: a list, the part of it that belongs to one record, or one record. */
export interface Route {
  declaration: ListDeclaration;
  parent: string | undefined;
  id: string | undefined;
}

interface Pattern {
  declaration: ListDeclaration;
  expression: RegExp;
}

const literal = new Map<string, ListDeclaration>();
const patterns: Pattern[] = [];
for (const declaration of listDeclarations) {
  for (const path of [declaration.path, ...declaration.also]) {
    if (path === undefined) continue;
    if (!path.includes('{')) literal.set(`${declaration.host}/${path}`, declaration);
    else {
      const expression = new RegExp(
        `^${declaration.host}/${path.replace(/\{\w+\}/, '([^/]*\\d[^/]*)')}(?:/([^/]+))?$`,
      );
      patterns.push({ declaration, expression });
    }
  }
}

// `custom_fields/groups` is no custom field.
patterns.sort((left, right) => right.expression.source.length - left.expression.source.length);

/** The list or record under a path of one of the two hosts, below /api/v4/ or /v1.0/. */
export function routeOf(host: 'account' | 'drive', path: string): Route | undefined {
  const address = `${host}/${path}`;
  const list = literal.get(address);
  if (list !== undefined) return { declaration: list, parent: undefined, id: undefined };
  const cut = address.lastIndexOf('/');
  const above = literal.get(address.slice(0, cut));
  if (above !== undefined) return { declaration: above, parent: undefined, id: address.slice(cut + 1) };
  for (const { declaration, expression } of patterns) {
    const found = expression.exec(address);
    if (found !== null) return { declaration, parent: found[1], id: found[2] };
  }
  return undefined;
}
