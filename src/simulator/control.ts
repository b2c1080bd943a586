import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from './answer.ts';
import type { FaultRule } from './faults.ts';
import { listDeclarations } from './lists.ts';
import { setReading } from './readings.ts';
import type { KommoRecord } from './table.ts';

/** What other processes may order; every key has a default. */
interface Order {
  stream?: string;
  count?: number;
  ids?: (number | string)[];
  /** One record, and the one of another list with which it is linked. */
  id?: number | string;
  other?: string;
  otherId?: number | string;
  winner?: number | string;
  loser?: number | string;
  patch?: KommoRecord;
  record?: KommoRecord & { visibleFrom?: number };
  at?: number;
  over?: number;
  /** Whether the change leaves an event behind, as in a real account; default true. */
  events?: boolean;
  name?: string;
  [key: string]: unknown;
}

/**
 * Answers the paths below /_simulator/, by which another process changes and questions the account.
 * They are no part of Kommo, are not counted and not limited.
 */
export async function answerControl(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const action = url.pathname.slice('/_simulator/'.length);
  try {
    if (request.method === 'GET') {
      if (action.startsWith('truth/'))
        return await writeTruth(service, response, action.slice('truth/'.length));
      return reply(response, 200, question(service, action));
    }
    const text = await readBody(request);
    reply(response, 200, obey(service, action, text === '' ? {} : (JSON.parse(text) as Order)));
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function question(service: Service, action: string): unknown {
  if (action === 'statistics') return service.statistics.summary();
  if (action === 'log') return service.statistics.log;
  if (action === 'readings') return service.readings;
  if (action === 'account') {
    const counts = listDeclarations.map(({ name }) => [name, service.account.count(name)]);
    return { id: service.account.id, now: service.account.now(), counts: Object.fromEntries(counts) };
  }
  throw new Error(`there is nothing to ask under "${action}"`);
}

function obey(service: Service, action: string, order: Order): unknown {
  const { account, statistics, faults } = service;
  const stream = order.stream ?? 'leads';
  const before = account.recordEvents;
  account.recordEvents = order.events ?? true;
  try {
    switch (action) {
      case 'edit':
      case 'remove':
      case 'bulk': {
        const ids = order.ids ?? account.sample(stream, order.count ?? 1);
        if (action === 'bulk') account.bulkEdit(stream, ids, order.patch);
        else if (action === 'edit') for (const id of ids) account.edit(stream, id, order.patch);
        else for (const id of ids) account.remove(stream, id);
        return { ids };
      }
      case 'restore':
      case 'purge':
        for (const id of order.ids ?? []) account[action](stream, id);
        return { ids: order.ids ?? [] };
      case 'create':
        return {
          ids: Array.from({ length: order.count ?? 1 }, () => account.create(stream, { ...order.record })),
        };
      case 'import':
        return {
          ids: account.import({
            stream,
            count: order.count ?? 10_000,
            ...(order.at === undefined ? {} : { at: order.at }),
            ...(order.over === undefined ? {} : { over: order.over }),
            ...(order.record === undefined ? {} : { record: order.record }),
          }),
        };
      case 'link':
      case 'unlink':
        account[action](stream, order.id!, order.other ?? 'contacts', order.otherId!);
        return {};
      case 'tag':
      case 'untag':
        account[action](stream, order.id!, order.name ?? '');
        return {};
      case 'merge':
        account.merge(stream, order.winner!, order.loser!);
        return {};
      case 'statistics/reset':
        statistics.reset();
        return {};
      case 'readings':
        for (const [name, value] of Object.entries(order)) changeReading(service, name, value);
        return service.readings;
      case 'fault':
        faults.addNamed(order.name ?? '', order as Omit<FaultRule, 'fault'>);
        return {};
      case 'fault/clear':
        faults.clear();
        return {};
      default:
        throw new Error(`there is nothing to do under "${action}"`);
    }
  } finally {
    account.recordEvents = before;
  }
}

function changeReading(service: Service, name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    for (const [list, part] of Object.entries(value)) setReading(service.readings, `${name}.${list}=${part}`);
  } else setReading(service.readings, `${name}=${value}`);
}

/** One JSON line a record, written as fast as it is read. */
async function writeTruth(service: Service, response: ServerResponse, stream: string): Promise<void> {
  // All of it is read at once, so that it is the truth of one moment.
  const pieces: string[] = [];
  let lines: string[] = [];
  for (const entry of service.account.truth(stream)) {
    if (lines.push(JSON.stringify(entry)) < 10_000) continue;
    pieces.push(lines.join('\n'));
    lines = [];
  }
  if (lines.length > 0) pieces.push(lines.join('\n'));
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  for (const piece of pieces) {
    if (!response.write(`${piece}\n`)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
