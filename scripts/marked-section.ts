/** The text of `page` with what stands between the marks of the section `name` replaced by `content`. */
export function replaceSection(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: made by npm run generate -->`, `<!-- end of ${name} -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`The page has no section for ${name}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

/** A Markdown table; what would end a cell or a line early is written so that it does not. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heading), `|${'---|'.repeat(heading.length)}`, ...rows.map(line)].join('\n');
}
