/**
 * Why one try failed although another may succeed. `timeout`: the server had the question and did not manage the
 * answer in a long time, so a smaller question may help. `gateway`: 504 or 408 at once, which says little about the
 * question. `unknown-host` is most often a spelling mistake.
 */
export type SetbackKind =
  | 'unknown-host'
  | 'unreachable'
  | 'broken'
  | 'timeout'
  | 'gateway'
  | 'throttled'
  | 'server';

/** A failed try. It never leaves `api`: the retry loop repeats it or turns it into an error for the user. */
export class Setback extends Error {
  readonly kind: SetbackKind;
  readonly detail: string | undefined;

  constructor(kind: SetbackKind, message: string, context: { detail?: string; cause?: unknown } = {}) {
    super(message, { cause: context.cause });
    this.name = 'Setback';
    this.kind = kind;
    this.detail = context.detail;
  }
}
