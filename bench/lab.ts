import type { AccountOptions, SimulatedAccount } from './account.ts';
import type { Finished, RunOptions } from './program.ts';

/** What a case works with. */
export interface Lab {
  /** Measure at the size that the bars are set for, however long it takes. */
  readonly full: boolean;
  /** A folder for files, gone when the bench ends. */
  readonly folder: string;
  /** Starts an account in a process of its own. */
  account(options: AccountOptions): Promise<SimulatedAccount>;
  /** Runs the installed program to its end; rejects when it fails. */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs a program of `bench/bare` to its end. */
  bare(name: string, args: readonly string[]): Promise<Finished>;
  /** The seconds that node takes for these arguments. */
  time(args: readonly string[]): Promise<number>;
  /**
   * Resolves when all cases that run at the same time have called it. Accounts are built before: what that takes of
   * the machine would shift the requests of the others.
   */
  ready(): Promise<void>;
  /** The installed executable. */
  readonly executable: string;
}
