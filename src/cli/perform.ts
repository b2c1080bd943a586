import { InterruptedError, isSourceError, UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import { findCommand } from './commands.ts';
import type { Context } from './context.ts';

/**
 * Runs the command that the arguments name to its end, reports what went wrong, and returns the exit code:
 * 0 complete, 1 failed, 2 wrong usage. `crashed` rejects with what was thrown where nobody could catch it.
 */
export async function perform(context: Context, crashed: Promise<never>): Promise<number> {
  let command: Command | undefined;
  let code: number;
  try {
    const found = await Promise.race([findCommand(context), crashed]);
    command = found.command;
    code = await Promise.race([command.run(found.context), crashed]);
  } catch (error) {
    code = error instanceof UsageError ? 2 : 1;
    await report(context, command, error).catch(() => {});
  }
  await context.stdout.flush().catch(() => {
    code = 1;
  });
  return code;
}

async function report(context: Context, command: Command | undefined, error: unknown): Promise<void> {
  if (error instanceof UsageError) {
    context.stderr.write(`${context.program}: ${error.message} (see ${context.program} --help)\n`);
  } else if (error instanceof InterruptedError) {
    // Whoever stopped us knows; there is nothing to mend.
  } else if (command?.fail) {
    await command.fail(context, error);
  } else if (isSourceError(error)) {
    context.stderr.write(`${context.program}: ${error.message}\n`);
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.stderr.write(`${context.program}: a defect of this program, please report it: ${text}\n`);
  }
}
