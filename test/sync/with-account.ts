import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import type { Stream } from '../../src/stream/declaration.ts';
import { streams } from '../../streams/index.ts';
import { createVirtualClock, type VirtualClock } from '../property/virtual-clock.ts';

const none = { leads: 0, contacts: 0, companies: 0, tasks: 0, events: 0, users: 1, pipelines: 1 };

/** The stream of this name alone. */
export const only = (name: string): Stream[] => [streams.find((stream) => stream.name === name)!];

/** An account with hardly anything but what the options name; the caller closes it. */
export function startAccount(clock: VirtualClock, options: SimulatorOptions): Promise<Simulator> {
  return startSimulator({ clock, requestsPerSecond: null, compress: false, ...none, ...options });
}

/** Such an account on a clock that stands still; closed in the end. */
export async function withAccount(
  options: SimulatorOptions,
  use: (simulator: Simulator, clock: VirtualClock) => Promise<void>,
): Promise<void> {
  const clock = createVirtualClock();
  const simulator = await startAccount(clock, options);
  try {
    await use(simulator, clock);
  } finally {
    await simulator.close();
  }
}
