/** How what was seen stands to what is documented, or to the kinder reading where nothing is. */
export type Grade = 'holds' | 'does not hold' | 'now and then' | 'unknown';

/** What was seen of one reading. */
export interface Finding {
  /** A doubt of the catalogue, with `.leads` behind it where lists differ; or the name of a measurement. */
  readonly name: string;
  readonly grade: Grade;
  /** The reading as the catalogue names it; where it is unknown, what would be needed to tell. */
  readonly seen: string;
  /** What it means for reading this account, and what to do; empty where nothing follows. */
  readonly follows: string;
}

export interface Examination {
  /** All requests that were sent. */
  readonly requests: number;
  readonly readings: readonly Finding[];
}

export const reportSchema = 'source-kommo-doctor/1';

/** The findings in the JSON of a report; undefined where it is none. */
export function readingsOfReport(report: unknown): readonly Finding[] | undefined {
  const { schema, readings } = (report ?? {}) as { schema?: unknown; readings?: unknown };
  if (schema !== reportSchema || !Array.isArray(readings)) return undefined;
  const isFinding = (one: unknown) => {
    const { name, grade, seen } = (one ?? {}) as Partial<Finding>;
    return [name, grade, seen].every((text) => typeof text === 'string');
  };
  return readings.every(isFinding) ? (readings as Finding[]) : undefined;
}
