import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkpoint, newPath, openSink, records } from './workspace.ts';

const program = fileURLToPath(new URL('./count-leads.ts', import.meta.url));
/** Root may write everywhere, so that the reader has to be somebody else. */
const reader = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A checkout below a private folder is out of somebody else's reach. */
const isOutOfReach = spawnSync('test', ['-r', program], reader).status !== 0;

async function fileInReadOnlyFolder() {
  const path = newPath();
  const sink = openSink(path);
  await sink.emit(records('leads', [{ id: 1 }, { id: 2 }]));
  await sink.emit(checkpoint('leads'));
  sink.close();
  chmodSync(path, 0o444);
  return path;
}

function readBySomebody(path: string) {
  chmodSync(dirname(dirname(path)), 0o711);
  chmodSync(dirname(path), 0o555);
  try {
    return spawnSync(process.execPath, [program, path], { encoding: 'utf8', cwd: dirname(path), ...reader });
  } finally {
    chmodSync(dirname(path), 0o755);
  }
}

test.skipIf(isOutOfReach)(
  'a file is read where nothing beside it can be written, and nothing is left there',
  async () => {
    const path = await fileInReadOnlyFolder();
    expect(readBySomebody(path)).toMatchObject({ stdout: '2', stderr: '', status: 0 });
    expect(existsSync(`${path}-shm`) || existsSync(`${path}-wal`)).toBe(false);
  },
);

test.skipIf(isOutOfReach)(
  'rows that are only in the log beside it are not passed over in silence',
  async () => {
    const path = await fileInReadOnlyFolder();
    writeFileSync(`${path}-wal`, 'x'.repeat(100));
    const { stdout, stderr, status } = readBySomebody(path);
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toMatch(/ConfigError: .*kommo\.db cannot be/);
  },
);
