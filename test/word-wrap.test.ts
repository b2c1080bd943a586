import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeTerms, wrapWords } from '../src/word-wrap.ts';

test('lines break between words, fit where words do, and no word is lost', () => {
  const texts = fc.array(fc.stringMatching(/^[a-z]{1,30}$/)).map((words) => words.join(' '));
  fc.assert(
    fc.property(texts, fc.integer({ min: 5, max: 60 }), (text, width) => {
      const lines = wrapWords(text, width);
      expect(lines.join(' ')).toBe(text);
      for (const line of lines) if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});

test('meanings wrap under themselves, and a long term has its line to itself', () => {
  const meaning = `${'word '.repeat(20)}end`;
  expect(
    describeTerms([
      ['--to FILE', meaning],
      ['--a-flag-with-a-long-name VALUE', 'short'],
    ]),
  ).toBe(
    [
      `  --to FILE  ${'word '.repeat(13).trim()}`,
      `             ${'word '.repeat(7)}end`,
      '  --a-flag-with-a-long-name VALUE',
      '             short',
    ].join('\n'),
  );
});
