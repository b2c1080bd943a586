import type { KommoClient, ListRequest } from '../api/kommo-client.ts';
import { NotAvailableError, RefusedRequestError } from '../errors.ts';
import type { CountedTransport } from './counted-transport.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What a list answered. */
export interface Reply {
  readonly status: number;
  readonly rows: readonly Row[];
  readonly hasNext: boolean;
}

export interface Place {
  readonly name: string;
  readonly path: string;
  readonly envelope: string | undefined;
  readonly host?: 'account' | 'drive';
}

/** The lists whose behaviour is asked for, and the time that each can be filtered by. */
export const examined = [
  { name: 'leads', cursor: 'updated_at', order: 'updated_at' },
  { name: 'contacts', cursor: 'updated_at', order: 'updated_at' },
  { name: 'companies', cursor: 'updated_at', order: 'updated_at' },
  { name: 'tasks', cursor: 'updated_at', order: 'id' },
  { name: 'events', cursor: 'created_at', order: undefined },
] as const;

export type Examined = (typeof examined)[number];

export const placeOf = (name: string): Place => ({ name, path: `/api/v4/${name}`, envelope: name });

/** Asks one question after the other, and keeps count of what says that answers end too early. */
export class Questions {
  /** Answers of lists that have rows, to questions that cannot be without an answer. */
  sure = 0;
  /** How many of those were empty. */
  silent = 0;
  /** The status of the latest answer, by path. */
  readonly statuses = new Map<string, number>();
  readonly client: KommoClient;
  private readonly transport: CountedTransport;

  constructor(client: KommoClient, transport: CountedTransport) {
    this.client = client;
    this.transport = transport;
  }

  /** One page; a refusal of the question or of the list comes as its status. Rejects for all else. */
  async ask(place: Place, query: ListRequest['query']): Promise<Reply> {
    try {
      const { name, ...where } = place;
      const { rows, hasNext } = await this.client.list({ ...where, query, purpose: name });
      const { status } = this.transport.exchanges.at(-1)!;
      this.statuses.set(place.path, status);
      return { status, rows: rows as Row[], hasNext };
    } catch (error) {
      if (this.transport.exchanges.at(-1)?.status === 304) return { status: 304, rows: [], hasNext: false };
      if (!(error instanceof RefusedRequestError || error instanceof NotAvailableError)) throw error;
      this.statuses.set(place.path, error.status);
      return { status: error.status, rows: [], hasNext: false };
    }
  }

  /** The same, but what has changed after this second; Unix seconds. */
  async askSince(second: number, place: Place, query: ListRequest['query']): Promise<Reply> {
    this.transport.headers = { 'if-modified-since': new Date(second * 1000).toUTCString() };
    try {
      return await this.ask(place, query);
    } finally {
      this.transport.headers = {};
    }
  }

  /** The same of a page that has to hold rows: asked again up to three times while it comes empty. */
  async askSurely(place: Place, query: ListRequest['query']): Promise<Reply> {
    let empty = 0;
    for (;;) {
      const reply = await this.ask(place, query);
      if (reply.status >= 400) return reply;
      if (reply.rows.length > 0) {
        this.sure += 1 + empty;
        this.silent += empty;
        return reply;
      }
      empty += 1;
      if (empty > 3) return reply;
    }
  }
}

/** The seconds of a row's time, or whatever number stands under the key; -1 where there is none. */
export function numberOf(row: Row, key: string): number {
  const value = row[key];
  return typeof value === 'number' ? value : -1;
}

/** Whether the rows are in the order of the key, going up or down, with equals anywhere. */
export function isSorted(rows: readonly Row[], key: string, direction: 'asc' | 'desc'): boolean {
  const sign = direction === 'asc' ? 1 : -1;
  return rows.every(
    (row, index) => index === 0 || sign * (numberOf(row, key) - numberOf(rows[index - 1]!, key)) >= 0,
  );
}

export const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => String(id)).join();
