import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { FlatteningOptions } from './flattening.ts';

/** What only the tap can be told, beside the settings of the connector; named as singer-sdk names them. */
export const TapSettings = z.object({
  emit_activate_version_messages: z
    .boolean()
    .default(false)
    .describe(
      'Send ACTIVATE_VERSION after the records of each full-table stream, so that targets can drop rows that are gone.',
    ),
  flattening_enabled: z
    .boolean()
    .default(false)
    .describe('Unfold nested objects into columns; needs flattening_max_depth.'),
  flattening_max_depth: z.int().min(0).optional().describe('How many levels of nested objects to unfold.'),
  flattening_max_key_length: z
    .int()
    .min(1)
    .default(255)
    .describe('Longest name of an unfolded column; longer ones are abbreviated.'),
  flattening_separator: z.string().min(1).default('__').describe('What joins the names of unfolded columns.'),
});

export interface TapOptions {
  activateVersions: boolean;
  flattening: FlatteningOptions | undefined;
}

/** Validates the tap's own settings; every one that is wrong is named. */
export function parseTapSettings(received: unknown): TapOptions {
  const parsed = TapSettings.safeParse(received);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  const settings = parsed.data;
  return {
    activateVersions: settings.emit_activate_version_messages,
    flattening: settings.flattening_enabled ? flatteningOptions(settings) : undefined,
  };
}

/** Settings of other taps that people bring along. */
const unserved = ['stream_maps', 'stream_map_config', 'faker_config', 'batch_config'] as const;

/** Which settings ask for what this tap does not do; one that is set and empty asks for nothing. */
export function unservedSettings(received: Readonly<Record<string, unknown>>): string[] {
  return unserved.filter((name) => {
    const value = received[name];
    return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
  });
}

function flatteningOptions(settings: z.infer<typeof TapSettings>): FlatteningOptions {
  if (settings.flattening_max_depth === undefined) {
    throw new ConfigError('flattening_max_depth: is needed when flattening_enabled is true');
  }
  return {
    maxDepth: settings.flattening_max_depth,
    separator: settings.flattening_separator,
    maxKeyLength: settings.flattening_max_key_length,
  };
}
