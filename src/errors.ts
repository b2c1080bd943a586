/**
 * Errors are told apart by what the reader of the message can do next, never by their text.
 * `message` is one line for the user; `detail` is for the log of whoever debugs.
 */
export type FailureKind = 'config_error' | 'transient_error' | 'system_error';

export interface ErrorContext {
  /** What the log should hold beyond the message: a status line, an answer's beginning. */
  detail?: string | undefined;
  cause?: unknown;
}

abstract class SourceError extends Error {
  abstract readonly kind: FailureKind;
  readonly detail: string | undefined;

  constructor(message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = new.target.name;
    this.detail = context.detail;
  }
}

/** The command line is wrong: exit code 2. */
export class UsageError extends SourceError {
  readonly kind = 'config_error';
}

/** Somebody has to change a setting, a right or an account before another try makes sense. */
export class ConfigError extends SourceError {
  readonly kind = 'config_error' as const;
}

/**
 * This account or token cannot have a list, although the account itself answers: its plan (402), a right or scope
 * (403 as JSON), or a feature that is missing (404) or switched off (422). Others may go on.
 */
export class NotAvailableError extends ConfigError {
  readonly status: number;
  /** What it takes to have the list, to be read behind "needs": a noun without a full stop. */
  readonly needs: string;

  constructor(message: string, status: number, needs: string, context: ErrorContext = {}) {
    super(message, context);
    this.status = status;
    this.needs = needs;
  }
}

/**
 * Kommo does not take the token (401), and there is no other one. Where it was a list that was asked for, `cause` is
 * the NotAvailableError that this is if the token is taken for others.
 */
export class TokenRefusedError extends ConfigError {}

/** Kommo blocked the address (403 as HTML): every further request makes it worse. */
export class BlockedError extends ConfigError {}

/** Another try later may succeed; the bounded tries of this run are used up. */
export class TransientError extends SourceError {
  readonly kind = 'transient_error' as const;
}

/** The server did not manage a page of this size (504, or no answer in time): ask for a smaller one. */
export class HeavyPageError extends TransientError {}

/** Kommo refused the question itself (400, 405; for anything but a list 404 and 422 too): repeating it changes nothing. */
export class RefusedRequestError extends SourceError {
  readonly kind = 'system_error' as const;
  readonly status: number;

  constructor(message: string, status: number, context: ErrorContext = {}) {
    super(message, context);
    this.status = status;
  }
}

/** Kommo answered in a shape, an order or a selection that this program does not understand. */
export class UnexpectedAnswerError extends SourceError {
  readonly kind = 'system_error' as const;
}

/** The reader of our output went away, or a signal asked us to stop: end quietly, but not as a success. */
export class InterruptedError extends SourceError {
  readonly kind = 'transient_error' as const;
}

/** The kind of any thrown value; what we did not foresee is a defect of ours. */
export function failureKind(error: unknown): FailureKind {
  return error instanceof SourceError ? error.kind : 'system_error';
}

/** True for errors whose message was written for the user. */
export function isSourceError(
  error: unknown,
): error is Error & { kind: FailureKind; detail: string | undefined } {
  return error instanceof SourceError;
}
