import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import { type Answer, htmlPage } from './problems.ts';

/** What a fault answers in place of the API, if it does. */
export function answerInstead(fault: Fault, parameters: URLSearchParams): Answer | undefined {
  switch (fault.kind) {
    case 'status': {
      if (fault.status === 204) return { status: 204, headers: fault.headers ?? {} };
      const page = htmlPage(fault.status, fault.headers ?? {});
      if (fault.body === undefined) return page;
      return { ...page, body: fault.body, contentType: fault.contentType ?? 'text/html' };
    }
    case 'ban':
      return htmlPage(403);
    case 'heavy':
      return Number(parameters.get('limit') ?? 50) > fault.above ? htmlPage(504) : undefined;
    default:
      return undefined;
  }
}

/** The query that is evaluated instead of the one that was sent. */
export function repeatedQuery(query: string): string {
  return query.replace(
    /(^|&)page=(\d+)/,
    (_, lead: string, page: string) => `${lead}page=${Math.max(1, Number(page) - 1)}`,
  );
}

/** Spoils an answer that would have been a good one. */
export function spoil(fault: Fault, answer: Answer): Answer {
  if (answer.body === undefined || answer.status !== 200) return answer;
  const { body } = answer;
  switch (fault.kind) {
    case 'cut':
      return { ...answer, body: body.slice(0, Math.ceil(body.length / 2)) };
    case 'invalid-json':
      return { ...answer, body: `${body.slice(0, -1)},]` };
    case 'empty':
      return { ...answer, body: '' };
    case 'content-type':
      return { ...answer, contentType: fault.contentType };
    case 'next':
      return { ...answer, body: changed(body, (document) => relink(document, fault.href)) };
    case 'records':
      return { ...answer, body: changed(body, (document) => changeRecords(document, fault.change)) };
    case 'body':
      return { ...answer, body: changed(body, fault.change) };
    default:
      return answer;
  }
}

/** Sends a body in the way of the fault; false when the fault does not concern the sending. */
export function sendFaulty(fault: Fault, response: ServerResponse, body: Buffer): boolean {
  switch (fault.kind) {
    case 'reset-body':
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      return true;
    case 'stall':
      // The server closes when the reader gives up, or when the simulator is closed.
      response.write(body.subarray(0, body.length >> 1));
      return true;
    case 'huge':
      sendHuge(response, fault.bytes);
      return true;
    case 'slow':
      sendSlowly(response, body, fault.milliseconds);
      return true;
    default:
      return false;
  }
}

function sendHuge(response: ServerResponse, bytes: number): void {
  const piece = Buffer.from(`${' '.repeat(65_535)}\n`);
  let left = bytes;
  const send = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', send);
        return;
      }
    }
    if (!response.destroyed) response.end('{}');
  };
  send();
}

function sendSlowly(response: ServerResponse, body: Buffer, milliseconds: number): void {
  const pieces = 20;
  const size = Math.max(1, Math.ceil(body.length / pieces));
  let sent = 0;
  const timer = setInterval(() => {
    if (response.destroyed) return clearInterval(timer);
    response.write(body.subarray(sent, sent + size));
    sent += size;
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, milliseconds / pieces);
  response.on('close', () => clearInterval(timer));
}

function changed(body: string, change: (document: Record<string, unknown>) => unknown): string {
  return JSON.stringify(change(JSON.parse(body)));
}

function relink(document: Record<string, unknown>, href: string): Record<string, unknown> {
  const links = document._links as { self: { href: string } } | undefined;
  return { ...document, _links: { ...links, next: { href: href === 'same' ? links?.self.href : href } } };
}

function changeRecords(
  document: Record<string, unknown>,
  change: (record: Record<string, unknown>, index: number) => unknown,
): Record<string, unknown> {
  const embedded = document._embedded as Record<string, unknown[]> | undefined;
  if (embedded === undefined) return document;
  const lists = Object.entries(embedded).map(([key, records]) => [
    key,
    Array.isArray(records)
      ? records.map((record, index) => change(record as Record<string, unknown>, index))
      : records,
  ]);
  return { ...document, _embedded: Object.fromEntries(lists) };
}
