import { failureKind, isSourceError } from '../../errors.ts';
import type { AirbyteErrorTraceMessage } from './protocol.ts';

/** An error as Airbyte wants it told: one sentence for the user, the rest for whoever operates the sync. */
export function describeFailure(error: unknown, stream?: string): AirbyteErrorTraceMessage {
  return {
    ...(isSourceError(error)
      ? { message: error.message, ...(error.detail !== undefined && { internal_message: error.detail }) }
      : describeDefect(error)),
    failure_type: failureKind(error),
    ...(stream !== undefined && { stream_descriptor: { name: stream } }),
  };
}

function describeDefect(error: unknown) {
  const message = 'Something went wrong in the connector. See the logs for more details.';
  if (!(error instanceof Error)) return { message, internal_message: String(error) };
  return { message, internal_message: error.message, ...(error.stack && { stack_trace: error.stack }) };
}
