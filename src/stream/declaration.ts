import { readSchema, type StreamSchema } from './schema.ts';

type Row = Record<string, unknown>;

/** A table of the destination, and the lists of the account that its rows are read from. */
export interface Stream {
  readonly name: string;
  readonly schema: StreamSchema;
  readonly key: readonly string[];
  /** The column that tells versions apart, the same in all its lists; undefined where rows bear no time. */
  readonly cursor: string | undefined;
  /** Most streams have one; notes have one an entity type. */
  readonly lists: readonly List[];
  /** Something tells what has changed: its cursor, or that of the rows that its lists hang on. */
  readonly incremental: boolean;
  /** What most people come for: Airbyte proposes it, and `check` tries whether it can be read. */
  readonly suggested: boolean;
  /** `sync` and the tap read it unless other streams are named. */
  readonly selectedByDefault: boolean;
  /** The group of the documentation that it stands in. */
  readonly subject: Subject;
  /**
   * What the event log calls its records: links, tags, merges and restores of theirs may leave the cursor alone, and
   * the log tells of them (kommo-api.md §20.11). Undefined where the cursor tells all.
   */
  readonly loggedAs: string | undefined;
  /** Columns that Kommo sends under another name than their own. */
  readonly sentAs: Readonly<Record<string, string>>;
  /** Its rows hold custom fields, whose definitions are at the path of its list and `/custom_fields`. */
  readonly hasCustomFields: boolean;
  /** Fields that repeat what other columns or streams hold, and need no column. */
  readonly redundant: readonly string[];
}

export type Subject = 'sales' | 'people' | 'activity' | 'chats' | 'files' | 'customers' | 'settings';

/** A place of the account that rows are read from, what can be asked of it, and what of it can change (kommo-api.md §6). */
export interface List {
  /** Tells the lists of one stream apart, in its state too: '' where there is one. */
  readonly name: string;
  /** `drive` is the host that the account names for its files. */
  readonly host: 'account' | 'drive';
  /** With a parent, `{id}` stands for the field `id` of the parent's row. */
  readonly path: string;
  /** The key of `_embedded` under which the rows come; undefined where the answer itself is the only row. */
  readonly envelope: string | undefined;
  /** Parameters that every request carries. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The kinds of rows that it is asked for; undefined where it is asked for all. */
  readonly kinds: Kinds | undefined;
  /** Parts to ask for with `with=`. */
  readonly with: readonly string[];
  /** It comes page by page; else one answer holds all of it, and page and limit are not asked for. */
  readonly isPaged: boolean;
  /** The largest page that the endpoint is documented to give. */
  readonly pageSize: number;
  /** The fields that tell its rows apart. */
  readonly identity: readonly string[];
  /** The field by which versions are told apart; undefined for whole lists. */
  readonly cursor: string | undefined;
  /** The parameter that takes `[from]` and `[to]` of the cursor; undefined where the list cannot be filtered by it. */
  readonly filter: string | undefined;
  /** Parameters that go with it. */
  readonly filterBy: Readonly<Record<string, string>>;
  /** It can be ordered by its cursor. */
  readonly ordersByCursor: boolean;
  /** It can be ordered by id. */
  readonly ordersById: boolean;
  /** Rows never change and never leave it. */
  readonly immutable: boolean;
  /** As far as anybody knows, what was changed last comes first. */
  readonly newestFirst: boolean;
  /** It is one list for each row of another list. */
  readonly parent: Parent | undefined;
  /** Columns that are the same in all its rows, which do not carry them. */
  readonly adds: Readonly<Record<string, string | number>>;
  /** The records of a stream within one row; most lists hold them as they are. */
  readonly rows: (row: Row) => Row[];
}

/** Rows of some kinds, for which a list is asked by their names. An account may refuse a name, or overlook all of them. */
export interface Kinds {
  /** Takes the names, each once. */
  readonly parameter: string;
  readonly names: readonly string[];
  /** Those that the catalog has named. */
  readonly also?: readonly string[];
  /** Where the account says which names there are, and those of them that are asked for too. */
  readonly catalog?: {
    readonly path: string;
    readonly envelope: string;
    readonly field: string;
    readonly isWanted: (name: string) => boolean;
  };
}

export interface Parent {
  /** The list for whose rows the child is asked, once each. */
  readonly list: List;
  /** Columns of the child's records, and the parent's fields that they are taken from. */
  readonly adds: Readonly<Record<string, string>>;
  /** Only of parents whose cursor has moved since the state. */
  readonly onlyChanged: boolean;
  /** One request asks for many parents: this parameter takes so many of their values at once. */
  readonly many: { readonly parameter: string; readonly field: string; readonly size: number } | undefined;
  /** Parents that have no such list are passed over. */
  readonly when: (parent: Row) => boolean;
}

/** What a declaration may say of a list, at the top for all lists of a stream, or for one of them. */
export type ListDeclaration = Partial<Omit<List, 'cursor' | 'parent'>> & {
  readonly parent?: Pick<Parent, 'list'> & Partial<Parent>;
};

export type StreamDeclaration = Partial<Omit<Stream, 'name' | 'lists' | 'incremental'>> &
  Omit<ListDeclaration, 'name'> & { readonly name: string; readonly lists?: readonly ListDeclaration[] };

/**
 * Completes a declaration: path, envelope, key and schema follow from the name, and a list can do nothing special.
 * What the declaration says of a list at its top holds for all its lists, which may take it over.
 */
export function defineStream(declaration: StreamDeclaration): Stream {
  const { name, schema, key = ['id'], cursor, subject = 'sales' } = declaration;
  const { selectedByDefault = true, suggested = false, loggedAs } = declaration;
  const {
    sentAs = {},
    hasCustomFields = false,
    redundant = [],
    lists: declared = [{}],
    ...common
  } = declaration;
  const lists = declared.map((list) =>
    completed({ ...common, name: '', ...list }, name, cursor && (sentAs[cursor] ?? cursor)),
  );
  return {
    ...{ name, key, cursor, suggested, selectedByDefault, subject, loggedAs },
    ...{ sentAs, hasCustomFields, redundant },
    // Most runs read few streams.
    get schema() {
      return schema ?? readSchema(name);
    },
    lists,
    incremental: cursor !== undefined || lists.some(({ parent }) => parent?.onlyChanged),
  };
}

function completed(list: ListDeclaration, stream: string, cursor: string | undefined): List {
  return {
    name: list.name ?? '',
    host: list.host ?? 'account',
    path: list.path ?? `/api/v4/${stream}`,
    envelope: 'envelope' in list ? list.envelope : stream,
    query: list.query ?? {},
    kinds: list.kinds,
    with: list.with ?? [],
    isPaged: list.isPaged ?? true,
    pageSize: list.pageSize ?? 250,
    identity: list.identity ?? ['id'],
    cursor,
    filter: 'filter' in list || cursor === undefined ? list.filter : `filter[${cursor}]`,
    filterBy: list.filterBy ?? {},
    ordersByCursor: list.ordersByCursor ?? false,
    ordersById: list.ordersById ?? false,
    immutable: list.immutable ?? false,
    newestFirst: list.newestFirst ?? false,
    parent: list.parent && {
      adds: {},
      onlyChanged: false,
      many: undefined,
      when: () => true,
      ...list.parent,
    },
    adds: list.adds ?? {},
    rows: list.rows ?? ((row) => [row]),
  };
}
