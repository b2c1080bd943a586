import type { FileOperations } from '../api/replace-file.ts';
import type { Clock } from '../clock.ts';
import type { Redactor } from '../redact.ts';
import type { LineWriter } from '../sink/lines.ts';
import type { Terminal } from '../sink/terminal.ts';
import type { Stream } from '../stream/declaration.ts';

/** All that a command may know of the world it runs in. */
export interface Context {
  /** The name it was started under: `source-kommo`, `tap-kommo`. */
  readonly program: string;
  /** What follows the command's name. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For logs that name their process. */
  readonly processId: number;
  readonly stdout: LineWriter;
  readonly stderr: Terminal;
  /** What a person types or pastes; opened only by who asks for it. */
  openStdin(): NodeJS.ReadableStream;
  readonly clock: Clock;
  /** How the files of tokens are written. */
  readonly files: FileOperations;
  /** Aborts when a signal asks the program to stop, or when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /** Told every secret before it is used. */
  readonly redactor: Redactor;
  /** Where package.json and spec.json lie. */
  readonly packageRoot: URL;
  loadStreams(): Promise<readonly Stream[]>;
}
