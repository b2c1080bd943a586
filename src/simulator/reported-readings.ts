import { readFileSync } from 'node:fs';
import { readingsOfReport } from '../doctor-report.ts';
import { doubts } from '../readings.ts';
import { type Readings, setReading } from './readings.ts';

/** Sets what a report of `doctor --json` has seen; the rest keeps its value. Throws for a file that is no report. */
export function setReported(readings: Readings, path: string): void {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Error(`${path} cannot be read as JSON`);
  }
  const findings = readingsOfReport(report);
  if (findings === undefined) throw new Error(`${path} is no report of doctor --json`);
  for (const { name, grade, seen } of findings) {
    if (grade === 'unknown' || !Object.hasOwn(doubts, name.split('.', 1)[0]!)) continue;
    setReading(readings, `${name}=${seen}`);
  }
}
