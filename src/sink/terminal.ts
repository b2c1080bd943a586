import type { WriteStream } from 'node:tty';
import type { LogLevel } from '../log.ts';
import type { Redactor } from '../redact.ts';

/** stderr: what a person or a log collector reads. All text passes the redactor. */
export interface Terminal {
  /** A person is watching: lines may be drawn over. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Adds `text` as it is, line ends included. */
  write(text: string): void;
  /** From now on each line begins with what `stamp` returns, unless a person is watching. */
  stampLines(stamp: () => string): void;
}

export function openTerminal(stream: WriteStream, redactor: Redactor): Terminal {
  // Nobody reads stderr any more: there is no one left to tell.
  stream.on('error', () => {});
  const isTerminal = stream.isTTY === true;
  let stampOf: (() => string) | undefined;
  return {
    isTerminal,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    write(text) {
      const stamped = stampOf === undefined ? text : text.replaceAll(/^(?=.)/gm, `${stampOf()} `);
      stream.write(redactor.redact(stamped));
    },
    stampLines(stamp) {
      if (!isTerminal) stampOf = stamp;
    },
  };
}

/** An entry of a log as a person reads it. */
export function logLine(level: LogLevel, message: string): string {
  return level === 'info' ? `${message}\n` : `${level}: ${message}\n`;
}
