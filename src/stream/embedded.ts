/** The objects that `row` embeds under `name`; none where it embeds nothing of that name. */
export function embedded(row: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const inner = (row._embedded as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(inner) ? inner : [];
}
