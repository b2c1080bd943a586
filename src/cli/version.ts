import { readFile } from 'node:fs/promises';

/** The version in the package's own manifest. */
export async function readVersion(packageRoot: URL): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('package.json', packageRoot), 'utf8'));
  return manifest.version;
}
