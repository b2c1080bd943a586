import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from './account.ts';
import { answerRequest, type Service } from './answer.ts';
import { answerControl } from './control.ts';
import { Faults } from './faults.ts';
import { OAuth } from './oauth.ts';
import { accountSize, type SimulatorOptions } from './options.ts';
import { randomSequence } from './random.ts';
import { RateLimit } from './rate-limit.ts';
import { defaultReadings, type Readings } from './readings.ts';
import { referenceTo } from './records/world.ts';
import type { RequestInfo } from './request.ts';
import { Statistics } from './statistics.ts';

export type { Account, Truth } from './account.ts';
export type { Fault, FaultRule, Faults } from './faults.ts';
export type { OAuth } from './oauth.ts';
export type { OAuthOptions, SimulatorOptions } from './options.ts';
export type { RateLimit } from './rate-limit.ts';
export type { Readings } from './readings.ts';
export type { RequestInfo } from './request.ts';
export type { Statistics } from './statistics.ts';

/** A running account. */
export interface Simulator {
  /** `http://127.0.0.1:port` */
  url: string;
  /** The second host, which has the files; the account names it under `with=drive_url`. */
  driveUrl: string;
  /** A long-lived token. */
  token: string;
  account: Account;
  statistics: Statistics;
  /** May be changed at any time. */
  readings: Readings;
  faults: Faults;
  oauth: OAuth;
  limit: RateLimit;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

const DAY = 86_400;

/** Starts a Kommo account on localhost; it answers once the promise is fulfilled. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  // Fractions of a millisecond matter when a sliding second is counted.
  const milliseconds = options.clock
    ? () => options.clock!.now()
    : () => performance.timeOrigin + performance.now();
  const seed = options.seed ?? 1;
  const readings: Readings = { ...defaultReadings(), ...options.readings };
  const account = new Account(accountSize(options), {
    seed,
    subdomain: options.subdomain ?? 'simulated',
    readings,
    recordEvents: options.recordEvents ?? false,
    milliseconds,
  });
  const oauth = new OAuth(options.oauth ?? {}, {
    accountId: account.id,
    userId: referenceTo(account.world, 'users', 0) ?? 0,
    now: () => account.now(),
  });
  const service: Service = {
    account,
    readings,
    oauth,
    milliseconds,
    options,
    statistics: new Statistics(),
    faults: new Faults(randomSequence(seed + 1), options.fault),
    limit: new RateLimit(
      options.requestsPerSecond === undefined ? 7 : options.requestsPerSecond,
      options.competitor,
      options.limitPolicy,
    ),
    random: randomSequence(seed + 2),
    requests: 0,
  };
  const serve = (host: RequestInfo['host']): Server =>
    createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
      handle(service, host, request, response).catch((error: unknown) => {
        options.log?.('error', `simulator: ${error instanceof Error ? error.stack : error}`);
        if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
        response.end(String(error));
      });
    });
  const address = options.host ?? '127.0.0.1';
  const server = serve('account');
  const drive = serve('drive');
  const url = await listen(server, address, options.port ?? 0);
  account.world.driveUrl = await listen(drive, address, 0);
  return {
    url,
    driveUrl: account.world.driveUrl,
    token: oauth.issueLongLived(options.tokenExpiresAt ?? account.now() + 365 * DAY, options.token),
    account,
    statistics: service.statistics,
    readings,
    faults: service.faults,
    oauth,
    limit: service.limit,
    close: async () => {
      await Promise.all([server, drive].map(close));
    },
  };
}

/** Resolves to the address, once the server answers there. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  service: Service,
  host: RequestInfo['host'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (host === 'account' && request.url?.startsWith('/_simulator/'))
    return await answerControl(service, request, response);
  await answerRequest(service, request, response, host);
}
