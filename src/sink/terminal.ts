import type { WriteStream } from 'node:tty';
import type { Redactor } from '../redact.ts';

/** stderr: what a person or a log collector reads. All text passes the redactor. */
export interface Terminal {
  /** A person is watching: lines may be drawn over. */
  readonly isTerminal: boolean;
  readonly columns: number;
  /** Adds `text` as it is, line ends included. */
  write(text: string): void;
}

export function openTerminal(stream: WriteStream, redactor: Redactor): Terminal {
  // Nobody reads stderr any more: there is no one left to tell.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    write: (text) => void stream.write(redactor.redact(text)),
  };
}
