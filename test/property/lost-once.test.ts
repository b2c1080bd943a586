import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';

/**
 * Histories, one a line, in which something was lost once, or a list that can be read was not; new ones come from
 * `npm run test:soak`.
 */
const lines = readFileSync(new URL('lost-once.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const histories = lines.map((line) => JSON.parse(line) as Scenario);

test.each(histories)('$stream, $seed: nothing is lost any more', async (history) => {
  const { wrong, failed } = await play(history);
  expect([...wrong, ...failed]).toEqual([]);
});
