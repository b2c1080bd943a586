/** Looked at before the settings are checked: whoever has none of these columns needs no valid config. */
export function wantsFieldColumns(received: unknown): boolean {
  const { custom_field_columns: choice } = (received ?? {}) as Record<string, unknown>;
  return choice !== undefined && choice !== null && choice !== '' && choice !== 'none';
}
