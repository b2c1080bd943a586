import { readSchema, type StreamSchema } from './schema.ts';

/** What Kommo lets one ask of a list, and what of it can change. Facts: kommo-api.md §6. */
export interface Stream {
  readonly name: string;
  readonly path: string;
  /** The key of `_embedded` under which the rows come. */
  readonly envelope: string;
  readonly key: readonly string[];
  /** The column that tells versions apart and that the list can be filtered by; undefined for whole lists. */
  readonly cursor: string | undefined;
  /** The list can be ordered by its cursor. */
  readonly ordersByCursor: boolean;
  /** The list can be ordered by id. */
  readonly ordersById: boolean;
  /** Rows never change and never leave the list. */
  readonly immutable: boolean;
  /** Parts to ask for with `with=`. */
  readonly with: readonly string[];
  /** The largest page that the endpoint is documented to give. */
  readonly pageSize: number;
  readonly schema: StreamSchema;
  /** Columns that `_embedded` holds under another name than their own. */
  readonly embeds: Readonly<Record<string, string>>;
  /** Fields that repeat what other columns or streams hold, and need no column. */
  readonly redundant: readonly string[];
  /** The rows of this stream within one row of its list; most lists hold them as they are. */
  readonly rows: (row: Record<string, unknown>) => Record<string, unknown>[];
}

export type StreamDeclaration = Pick<Stream, 'name'> & Partial<Omit<Stream, 'name'>>;

/** Completes a declaration: path, envelope, key and schema follow from the name, and a list can do nothing special. */
export function defineStream(declaration: StreamDeclaration): Stream {
  return {
    path: `/api/v4/${declaration.name}`,
    envelope: declaration.name,
    key: ['id'],
    cursor: undefined,
    ordersByCursor: false,
    ordersById: false,
    immutable: false,
    with: [],
    pageSize: 250,
    embeds: {},
    redundant: [],
    rows: (row) => [row],
    get schema() {
      return readSchema(declaration.name);
    },
    ...declaration,
  };
}
