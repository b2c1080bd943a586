import type { Writable } from 'node:stream';
import { InterruptedError, TransientError } from '../errors.ts';
import type { Redactor } from '../redact.ts';

/** Characters gathered before they are handed on: larger batches gain nothing (airbyte.md §6). */
const batchLength = 64 * 1024;

/**
 * Lines into a stream, in batches and in order. The promise of a call is the back-pressure: who awaits it never
 * has more than one batch in memory. Rejects with InterruptedError once the reader went away.
 */
export class LineWriter {
  readonly #target: Writable;
  readonly #redactor: Redactor;
  #pending = '';
  #sent: Promise<void> = Promise.resolve();

  constructor(target: Writable, redactor: Redactor) {
    this.#target = target;
    this.#redactor = redactor;
    // The error reaches us through the write's callback; without a listener it would end the process as well.
    target.on('error', () => {});
  }

  /** Adds a line as it is: records, states, and whatever must arrive unaltered. */
  async write(line: string): Promise<void> {
    this.#pending += `${line}\n`;
    if (this.#pending.length >= batchLength) await this.flush();
  }

  /** Adds a line of prose: secrets are taken out. */
  async writeText(line: string): Promise<void> {
    await this.write(this.#redactor.redact(line));
  }

  /** Resolves when everything written so far was handed to the operating system. */
  flush(): Promise<void> {
    if (this.#pending !== '') {
      const batch = this.#pending;
      this.#pending = '';
      this.#sent = this.#sent.then(() => this.#send(batch));
      // Whoever awaits learns of the failure; a line nobody waits for must not end the process.
      this.#sent.catch(() => {});
    }
    return this.#sent;
  }

  #send(batch: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#target.write(batch, (error) => {
        if (error == null) resolve();
        else reject(outputLost(error));
      });
    });
  }
}

/** Why output could not be written: mostly the end of a pipeline has ended, which is no reason to say anything. */
export function outputLost(cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? 'unknown error';
  if (readerGone.has(code)) return new InterruptedError('The reader of the output went away.', { cause });
  return new TransientError(`The output cannot be written (${code}).`, { cause });
}

const readerGone = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);
