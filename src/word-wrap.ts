/** The columns that a terminal has at least, and that help fits into. */
export const terminalWidth = 80;

/** `text` as lines of at most `width` characters, broken between words; a word that is longer keeps its line. */
export function wrapWords(text: string, width = terminalWidth): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line += line === '' ? word : ` ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/**
 * Lines of two columns, as help has them: terms to the left, what they mean to the right, wrapped under itself.
 * A term that is wider than `widest` has its line to itself.
 */
export function describeTerms(
  terms: readonly (readonly [term: string, meaning: string])[],
  widest = 20,
): string {
  const fitting = terms.map(([term]) => term.length).filter((length) => length <= widest);
  const column = Math.max(0, ...fitting) + 4;
  const lines = terms.flatMap(([term, meaning]) => {
    const [first = '', ...rest] = wrapWords(meaning, terminalWidth - column);
    const indented = rest.map((line) => `${' '.repeat(column)}${line}`);
    if (term.length > widest) return [`  ${term}`, `${' '.repeat(column)}${first}`, ...indented];
    return [(`  ${term}`.padEnd(column) + first).trimEnd(), ...indented];
  });
  return lines.join('\n');
}
