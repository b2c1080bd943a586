import { runSimulator } from '../simulator/command.ts';
import type { Command } from './command.ts';

/** A Kommo account on localhost, until a signal ends it. */
export const simulator: Command = {
  run: ({ arguments: given, stdout, stderr, signal }) =>
    runSimulator([...given], {
      write(line) {
        stdout.write(line).catch(() => {});
        stdout.flush().catch(() => {});
      },
      note: (line) => stderr.write(`${line}\n`),
      signal,
    }),
};
