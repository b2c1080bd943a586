import type { Log } from '../log.ts';
import type { SyncEvent } from '../sync/event.ts';

/** Says, once a column, that a value of Kommo did not fit and is null in its place. */
export function noteNulledValues(log: Log): (event: SyncEvent) => void {
  const noted = new Set<string>();
  return (event) => {
    if (event.type !== 'records') return;
    for (const { data, changes } of event.records) {
      for (const { field } of changes ?? []) {
        const column = `${event.stream}.${field}`;
        if (noted.has(column)) continue;
        noted.add(column);
        log(
          'warn',
          `${column}: Kommo sent a value of the wrong type, first for id ${data.id}; it is null here`,
        );
      }
    }
  };
}
