import type { Audit, Deviation, Findings } from '../sink/sqlite/audit.ts';
import type { Stream } from '../stream/declaration.ts';
import type { Failures } from '../sync/run.ts';

export interface Verdict {
  lines: string[];
  /** Nothing is missing or stale, and everything that was wanted could be compared. */
  isComplete: boolean;
}

interface Compared {
  /** Unix seconds; undefined where everything was asked for. */
  startDate: number | undefined;
  deep: boolean;
  path: string;
}

/** What an audit has found, for a person. */
export function conclude(
  audit: Audit,
  wanted: readonly Stream[],
  failures: Failures,
  { startDate, deep, path }: Compared,
): Verdict {
  const width = Math.max(...wanted.map(({ name }) => name.length));
  const lines: string[] = [];
  let isComplete =
    wanted.length > 0 && wanted.every((stream) => audit.streams.includes(stream)) && failures.size === 0;
  let isOutOfDate = false;
  for (const stream of wanted) {
    const name = stream.name.padEnd(width);
    if (!audit.streams.includes(stream)) lines.push(`${name}  not in the file`);
    else if (failures.has(stream.name))
      lines.push(`${name}  not verified: the account could not be read in full`);
    else if (audit.unavailable(stream) !== undefined)
      lines.push(`${name}  not verified: ${audit.unavailable(stream)}`);
    else {
      const findings = audit.compare(stream, startDate);
      const since = stream.cursor === undefined ? undefined : startDate;
      lines.push(`${name}  ${judge(findings, since)}`, ...deviations(findings));
      if (!isWhole(findings)) isComplete = false;
      if (findings.gone.count > 0) isOutOfDate = true;
    }
  }
  lines.push(
    deep
      ? 'Every column was compared.'
      : 'Keys and times of change were compared; --deep compares every column.',
  );
  if (isOutOfDate) lines.push('What is gone from Kommo is marked by sync --full-refresh.');
  lines.push(
    isComplete
      ? `${path} is complete.`
      : `${path} is not complete: sync --full-refresh brings it up to date with Kommo.`,
  );
  return { lines, isComplete };
}

/** What is gone is history that the file keeps, and no gap in it. */
function isWhole({ missing, stale, upTo }: Findings): boolean {
  return missing.count === 0 && stale.count === 0 && upTo !== undefined;
}

function judge(findings: Findings, since: number | undefined): string {
  const { records, upTo } = findings;
  const of = `${records.toLocaleString('en-US')} records`;
  if (upTo === undefined) return `${of}; not synced yet`;
  const span = since === undefined ? `up to ${time(upTo)}` : `from ${time(since)} up to ${time(upTo)}`;
  return isWhole(findings) ? `${of}; complete ${span}` : `${of}; not complete ${span}:`;
}

const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000', '');

function deviations({ missing, stale, gone }: Findings): string[] {
  const named: [string, Deviation][] = [
    ['missing in the file', missing],
    ['stale in the file', stale],
    ['gone from Kommo', gone],
  ];
  return named.flatMap(([name, { count, keys }]) => {
    if (count === 0) return [];
    const more = count > keys.length ? ', …' : '';
    return [`  ${count.toLocaleString('en-US')} ${name}: ${keys.join(', ')}${more}`];
  });
}
