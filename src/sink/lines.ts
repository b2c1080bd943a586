import type { Writable } from 'node:stream';
import { InterruptedError, TransientError } from '../errors.ts';
import type { Redactor } from '../redact.ts';

/** Bytes gathered before they are handed on: larger batches gain nothing (airbyte.md §6). */
const batchBytes = 64 * 1024;
/** The most bytes that UTF-8 takes for a character of a JavaScript string. */
const widest = 3;

/**
 * Lines into a stream, in batches and in order. The promise of a call is the back-pressure: who awaits it never
 * has more than two batches in memory. Rejects with InterruptedError once the reader went away.
 */
export class LineWriter {
  /** A person is watching, not a program. */
  readonly isTerminal: boolean;
  readonly #target: Writable;
  readonly #redactor: Redactor;
  /** Lines are encoded one by one, as they come: gathered as text they would be copied twice more. */
  #batch = Buffer.allocUnsafeSlow(batchBytes);
  #filled = 0;
  /** A batch that was handed on, to be filled again. */
  #spare: Buffer<ArrayBuffer> | undefined;
  #sent: Promise<void> = Promise.resolve();

  constructor(target: Writable, redactor: Redactor) {
    this.#target = target;
    this.isTerminal = 'isTTY' in target && target.isTTY === true;
    this.#redactor = redactor;
    // The error reaches us through the write's callback; without a listener it would end the process as well.
    target.on('error', () => {});
  }

  /** Adds a line as it is: records, states, and whatever must arrive unaltered. */
  async write(line: string): Promise<void> {
    const text = `${line}\n`;
    const room = text.length * widest;
    if (room > batchBytes) {
      this.#handOn();
      await this.#queue(Buffer.from(text));
      return;
    }
    const full = room > batchBytes - this.#filled;
    if (full) this.#handOn();
    this.#filled += this.#batch.write(text, this.#filled);
    if (full) await this.#sent;
  }

  /** Adds a line of prose: secrets are taken out. */
  async writeText(line: string): Promise<void> {
    await this.write(this.#redactor.redact(line));
  }

  /** Resolves when everything written so far was handed to the operating system. */
  flush(): Promise<void> {
    this.#handOn();
    return this.#sent;
  }

  #handOn(): void {
    if (this.#filled === 0) return;
    const batch = this.#batch;
    const sent = this.#queue(batch.subarray(0, this.#filled));
    sent.then(
      () => {
        this.#spare = batch;
      },
      () => {},
    );
    this.#batch = this.#spare ?? Buffer.allocUnsafeSlow(batchBytes);
    this.#spare = undefined;
    this.#filled = 0;
  }

  #queue(bytes: Buffer): Promise<void> {
    this.#sent = this.#sent.then(() => this.#send(bytes));
    // Whoever awaits learns of the failure; a line nobody waits for must not end the process.
    this.#sent.catch(() => {});
    return this.#sent;
  }

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#target.write(bytes, (error) => {
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
