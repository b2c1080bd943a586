import type { CatalogEntry, Metadata } from './catalog.ts';
import type { SchemaNode } from './json-schema.ts';

/** True when the catalog asks for this stream (singer.md §1.8). */
export function isStreamSelected(entry: CatalogEntry): boolean {
  const rules = new Rules(entry);
  return rules.empty || rules.decide([], entry.schema ?? {}, undefined);
}

/**
 * What the catalog asks for of `schema`: deselected properties are left out at every depth, those of `automatic`
 * never. Records are cut to the same shape, so that SCHEMA and RECORD agree.
 */
export function selectedSchema(
  entry: CatalogEntry,
  schema: SchemaNode,
  automatic: ReadonlySet<string>,
): SchemaNode {
  const rules = new Rules(entry);
  return prune(schema, [], (breadcrumb, node, parent) => {
    const name = breadcrumb.at(-1);
    if (breadcrumb.length === 2 && name !== undefined && automatic.has(name)) return true;
    return rules.empty || rules.decide(breadcrumb, node, parent);
  });
}

class Rules {
  readonly #entry: CatalogEntry;
  readonly #metadata = new Map<string, Metadata>();
  /** Nothing anywhere says what to select: the whole stream is meant, as in singer-sdk. */
  readonly empty: boolean;

  constructor(entry: CatalogEntry) {
    this.#entry = entry;
    for (const { breadcrumb, metadata } of entry.metadata ?? [])
      this.#metadata.set(keyOf(breadcrumb), metadata);
    this.empty = this.#metadata.size === 0 && flag(entry.selected ?? entry.schema?.selected) === undefined;
  }

  /** `parent` is the parent's decision, undefined at the stream itself. A deselected parent is never asked. */
  decide(breadcrumb: readonly string[], node: SchemaNode, parent: boolean | undefined): boolean {
    const metadata = this.#metadata.get(keyOf(breadcrumb));
    const inclusion = metadata?.inclusion ?? node.inclusion;
    if (inclusion === 'unsupported') return false;
    if (inclusion === 'automatic') return true;
    // Older tools keep the choice in the schema node, and Meltano repeats the stream's beside its name.
    const legacy = flag(node.selected) ?? (breadcrumb.length === 0 ? this.#entry.selected : undefined);
    return metadata?.selected ?? legacy ?? metadata?.['selected-by-default'] ?? parent ?? false;
  }
}

type Decide = (breadcrumb: readonly string[], node: SchemaNode, parent: boolean) => boolean;

function prune(node: SchemaNode, breadcrumb: readonly string[], decide: Decide): SchemaNode {
  // Marks of older catalogs are for the tap, not for the target.
  const { selected: _selected, inclusion: _inclusion, ...kept } = node;
  if (node.properties === undefined) return kept;
  const properties: Record<string, SchemaNode> = {};
  for (const [name, child] of Object.entries(node.properties)) {
    const path = [...breadcrumb, 'properties', name];
    if (decide(path, child, true)) properties[name] = prune(child, path, decide);
  }
  const required = node.required?.filter((name) => Object.hasOwn(properties, name));
  return { ...kept, properties, ...(required !== undefined && { required }) };
}

function keyOf(breadcrumb: readonly string[]): string {
  return JSON.stringify(breadcrumb);
}

function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return { true: true, false: false }[value.toLowerCase()];
}
