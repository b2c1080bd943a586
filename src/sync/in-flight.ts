import type { KommoClient } from '../api/kommo-client.ts';

/** A client that knows how much of the permitted rate is not used. */
export interface CountingClient extends KommoClient {
  /** Requests for which there is room beside those under way and those of other readers. */
  spareRequests(): number;
}

/** Counts the list requests of `client` that are under way; `readers` is how many readers may ask at any moment. */
export function countInFlight(client: KommoClient, readers: () => number): CountingClient {
  let underWay = 0;
  return {
    ...client,
    async list(request) {
      underWay += 1;
      try {
        return await client.list(request);
      } finally {
        underWay -= 1;
      }
    },
    spareRequests: () => client.usefulConcurrency() - Math.max(underWay, readers()),
  };
}
