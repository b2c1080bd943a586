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
  try {
    const found = await Promise.race([findCommand(context), crashed]);
    command = found.command;
    const code = await Promise.race([command.run(found.context), crashed]);
    await context.stdout.flush();
    return code;
  } catch (error) {
    await report(context, command, error);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Tells of the error in the command's own language, or on stderr where it has none or its output is broken. */
async function report(context: Context, command: Command | undefined, error: unknown): Promise<void> {
  // Whoever stopped us knows; there is nothing to fix.
  if (error instanceof InterruptedError) return;
  const { program, stderr, stdout } = context;
  if (error instanceof UsageError) {
    const asked = command?.name === undefined ? program : `${program} ${command.name}`;
    stderr.write(`${program}: ${error.message} (see ${asked} --help)\n`);
    return;
  }
  try {
    await command?.fail?.(context, error);
    await stdout.flush();
    if (command?.fail) return;
  } catch {
    // stdout takes nothing any more.
  }
  if (isSourceError(error)) stderr.write(`${program}: ${error.message}\n`);
  else stderr.write(`${program}: a bug in this program; please report it: ${describeDefect(error)}\n`);
}

function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
