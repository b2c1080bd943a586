import type { Outcome } from '../run-program.ts';

/** The architectures that the image is for, as images and as Node call them. */
export const architectures = { amd64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof architectures;

export const native: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
export const foreign: Architecture = native === 'arm64' ? 'amd64' : 'arm64';

/** The part of an OCI image configuration that a platform looks at. */
export interface ImageConfiguration {
  User: string;
  Env: string[];
  Entrypoint: string[];
  WorkingDir: string;
  Labels: Record<string, string>;
}

export interface ContainerRun {
  /** In place of the image's own. */
  entrypoint?: readonly string[];
  arguments?: readonly string[];
  /** Files of this machine that the container sees read-only, by their path in the container. */
  files?: Readonly<Record<string, string>>;
  /** A folder of this machine that the container sees, writable, as /data. */
  data?: string;
  /** In place of the image's own, as uid:gid. */
  user?: string;
  /** Lets the container write to its own files, as far as their modes permit. */
  writableRoot?: boolean;
}

/** An image that has been built from the Dockerfile. */
export interface Image {
  builder: string;
  /** Bytes of all layers, uncompressed. */
  size: number;
  configuration: ImageConfiguration;
  /**
   * Runs a container of this machine's network, without capabilities and, unless asked, with a read-only root,
   * to its end.
   */
  run(container: ContainerRun): Promise<Outcome>;
  /** Builds the same for the other architecture, which cannot run here, and reads a file of it. */
  readForeign(path: string): Promise<{ architecture: string; content: Buffer }>;
  remove(): Promise<void>;
}
