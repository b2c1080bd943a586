/** Lines of aligned columns under a heading; the first column and every text to the left, numbers to the right. */
export function textTable(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const cells = [heading, ...rows.map((row) => row.map(shown))];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isNumber = (column: number) => rows.every((row) => typeof row[column] === 'number');
  const alignments = heading.map((_, column) => rows.length > 0 && isNumber(column));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        alignments[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function shown(value: string | number): string {
  return typeof value === 'string' ? value : value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
