import { textTable } from '../src/cli/text-table.ts';
import { type Measurement, reachesBar, type Unit } from './case.ts';

/** What a case measured. */
export interface CaseResult {
  name: string;
  seconds: number;
  measurements: readonly Measurement[];
}

/** One line a figure: what it is, the bar, the figure ÷ the bar, and whether it reaches it. */
export function resultTable(results: readonly CaseResult[]): string[] {
  const rows = results.flatMap(({ name, measurements }) =>
    measurements.map((measurement) => {
      const { what, figure, unit, bar } = measurement;
      const [sign, limit] = 'atLeast' in bar ? ['≥', bar.atLeast] : ['≤', bar.atMost];
      const ratio = limit === 0 ? '-' : (figure / limit).toFixed(2);
      return [
        name,
        what,
        shown(figure, unit),
        `${sign} ${shown(limit, unit)}`,
        ratio,
        reachesBar(measurement) ? 'ok' : 'MISSED',
      ];
    }),
  );
  return textTable(['case', 'figure', '', 'bar', 'ratio', 'ok'], rows);
}

function shown(figure: number, unit: Unit): string {
  if (!Number.isFinite(figure)) return 'never';
  switch (unit) {
    case 'share':
      return `${(figure * 100).toFixed(1)} %`;
    case 'megabytes':
      return `${figure.toFixed(0)} MB`;
    case 'seconds':
      return `${figure.toFixed(1)} s`;
    case 'times':
      return `${figure.toFixed(2)} ×`;
    case 'count':
      return `${figure}`;
  }
}
