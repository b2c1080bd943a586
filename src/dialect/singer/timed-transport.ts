import type { Transport } from '../../api/transport.ts';
import type { Clock } from '../../clock.ts';
import type { Metrics } from './metrics.ts';

/** `transport`, with the time of each exchange told to `metrics`. */
export function timedTransport(transport: Transport, metrics: Metrics, clock: Clock): Transport {
  return {
    async send(request) {
      const startedAt = clock.now();
      const { pathname } = new URL(request.url);
      try {
        const answer = await transport.send(request);
        metrics.request(pathname, clock.now() - startedAt, answer.status);
        return answer;
      } catch (error) {
        metrics.request(pathname, clock.now() - startedAt, undefined);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
