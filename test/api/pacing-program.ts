// Takes turns in the group of a folder for five seconds, and prints when.
import process from 'node:process';
import { createPacer, spacingOf } from '../../src/api/pace.ts';
import { createSharedPace } from '../../src/api/shared-pace.ts';
import { systemClock } from '../../src/clock.ts';

const shared = createSharedPace('group', spacingOf(7), process.argv[2]!);
const signal = new AbortController().signal;
const pacer = createPacer({ requestsPerSecond: 7, clock: systemClock, signal, shared });
const end = Date.now() + 5000;
while (Date.now() < end) process.stdout.write(`${(await pacer.turn()).startedAt}\n`);
