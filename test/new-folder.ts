import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let parent: string | undefined;

/** An empty folder, which is gone when the test file has ended. */
export function newFolder(): string {
  parent ??= mkdtempSync(join(tmpdir(), 'source-kommo-test-'));
  return mkdtempSync(join(parent, 'folder-'));
}

/** Removes the folders that were made so far. */
export function removeFolders(): void {
  // A program that was killed may still be letting go of its files.
  if (parent !== undefined) rmSync(parent, { recursive: true, force: true, maxRetries: 3 });
  parent = undefined;
}
