import type { Account } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { DoubtName } from '../readings.ts';
import type { Stream } from '../stream/declaration.ts';
import type { CountedTransport } from './counted-transport.ts';
import type { Sighting } from './finding.ts';
import type { Questions, Reply } from './questions.ts';
import type { Sample } from './sample.ts';

/** What the probes share: later ones build on what earlier ones asked. */
export interface Look {
  readonly questions: Questions;
  readonly transport: CountedTransport;
  readonly clock: Clock;
  readonly account: Account;
  readonly streams: readonly Stream[];
  /** What the settings permit. */
  readonly requestsPerSecond: number;
  /** The newest protocol that the server would speak; undefined where that is not to be found out. */
  readonly offeredProtocol: () => Promise<'h2' | 'http/1.1' | undefined>;
  /** Of the lists that are there and hold something. */
  readonly samples: readonly Sample[];
  /** Answers that kept to the window of their list. */
  readonly windows: Map<string, Reply[]>;
  /** Answers by rising time of change. */
  readonly rising: Map<string, Reply[]>;
  /** Lists of which pages come short, so that no number of rows says anything. */
  readonly short: Set<string>;
}

/** What was seen, by doubt or, where lists may differ, `doubt.list`. */
export type Sightings = Record<string, Sighting>;

/** What is found out besides the doubts of the catalogue. */
export type Measurement = 'compression' | 'http2' | 'latency' | 'rate' | 'spread';

export interface Probe {
  /** What it finds out; all of it is unknown where the requests do not last. */
  readonly doubts: readonly (DoubtName | Measurement)[];
  look(look: Look): Promise<Sightings>;
}
