import { readFile, writeFile } from 'node:fs/promises';

/** The settings with which the other commands read the simulated account. */
export interface SimulatorConfig {
  subdomain: string;
  /** Leads to localhost, and not to kommo.com. */
  api_url: string;
  api_key: string;
}

/**
 * Writes `config` to `path`, over a config that was written so before. Rejects where the file holds anything else:
 * it may be somebody's only copy of a token.
 */
export async function writeConfigFile(path: string, config: SimulatorConfig): Promise<void> {
  const held = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`--write-config: ${path} cannot be read (${error.code})`);
  });
  if (held !== undefined && !isOurs(held, config)) {
    throw new Error(`--write-config: ${path} holds something else; name another file, or remove this one`);
  }
  await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(`--write-config: ${path} cannot be written (${error.code})`);
    },
  );
}

function isOurs(text: string, config: SimulatorConfig): boolean {
  try {
    return JSON.parse(text).api_key === config.api_key;
  } catch {
    return false;
  }
}
