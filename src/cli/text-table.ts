/** Lines of aligned columns under a heading: texts to the left, numbers to the right. `<1` is a number too. */
export function textTable(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const cells = [heading, ...rows.map((row) => row.map(shown))];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isNumber = (cell: string | number | undefined) => typeof cell === 'number' || /^<\d/.test(cell ?? '');
  const alignments = heading.map(
    (_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column])),
  );
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
