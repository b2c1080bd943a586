/** A point of the plot: milliseconds of latency or of spread, and the share of the permitted rate that was used. */
export interface Point {
  latency: number;
  used: number;
}

const width = 640;
const height = 360;
const margin = { left: 56, right: 150, top: 20, bottom: 44 };
const longest = 1000;
const x = (latency: number) => margin.left + (latency / longest) * (width - margin.left - margin.right);
const y = (used: number) => height - margin.bottom - used * (height - margin.top - margin.bottom);
const at = ({ latency, used }: Point) => `${x(latency).toFixed(1)},${y(used).toFixed(1)}`;

/**
 * An SVG of the rate used against latency, beside a reader that waits for each answer; and against the spread of
 * arrivals, where it was measured, beside the best steady rate.
 */
export function ratePlot(
  measured: readonly Point[],
  permitted: number,
  uneven: readonly Point[] = [],
): string {
  const sequential = Array.from({ length: 100 }, (_, index) => {
    const latency = (index + 1) * 10;
    return { latency, used: Math.min(1, 1000 / latency / permitted) };
  });
  const steady = uneven.map(({ latency }) => ({ latency, used: 1 / (1 + latency / 1000) }));
  const label = (point: Point, text: string, color: string) =>
    `<text x="${x(point.latency) + 8}" y="${y(point.used) + 4}" fill="${color}">${text}</text>`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (used) =>
      `<line x1="${x(0)}" x2="${x(longest)}" y1="${y(used)}" y2="${y(used)}" stroke="#ddd"/>` +
      `<text x="${x(0) - 8}" y="${y(used) + 4}" text-anchor="end">${used * 100} %</text>`,
  );
  const ticks = [0, 250, 500, 750, 1000].map(
    (latency) => `<text x="${x(latency)}" y="${y(0) + 18}" text-anchor="middle">${latency}</text>`,
  );
  const dots = (points: readonly Point[], color: string) =>
    points.map(
      (point) =>
        `<circle cx="${x(point.latency).toFixed(1)}" cy="${y(point.used).toFixed(1)}" r="4" fill="${color}"/>`,
    );
  const unevenLines =
    uneven.length === 0
      ? []
      : [
          `<polyline points="${steady.map(at).join(' ')}" fill="none" stroke="#999" stroke-dasharray="4 3"/>`,
          `<polyline points="${uneven.map(at).join(' ')}" fill="none" stroke="#3a7d44" stroke-width="2"/>`,
          ...dots(uneven, '#3a7d44'),
          label(uneven.at(-1)!, 'by spread at 250 ms; dashed: best steady', '#3a7d44'),
        ];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    '<title>Rate used against latency: source-kommo beside a reader that asks for one page at a time</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...grid,
    ...ticks,
    `<text x="${x(longest / 2)}" y="${height - 8}" text-anchor="middle">latency of an answer, or spread of arrivals, ms</text>`,
    `<polyline points="${sequential.map(at).join(' ')}" fill="none" stroke="#b0482f" stroke-width="2"/>`,
    label(sequential.at(-1)!, 'one at a time', '#b0482f'),
    `<polyline points="${measured.map(at).join(' ')}" fill="none" stroke="#1764ab" stroke-width="2"/>`,
    ...dots(measured, '#1764ab'),
    ...unevenLines,
    ...measured.slice(-1).map((point) => label(point, 'source-kommo', '#1764ab')),
    '</svg>',
  ].join('\n')}\n`;
}
