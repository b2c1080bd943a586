import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterEmpty, afterTooLong, canBeDivided, unknownDensity } from '../../src/sync/walk/density.ts';

const seconds = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100_000_000 }));

test('between a window that was empty and one that held too much, each one narrows what is left', () => {
  const property = fc.property(seconds, fc.array(fc.boolean(), { minLength: 40 }), (span, answers) => {
    let density = unknownDensity(span);
    for (const isEmpty of answers) {
      const { width, floor, ceiling } = density;
      expect(width).toBeGreaterThan(floor);
      expect(width).toBeLessThan(ceiling);
      const isWhole = ceiling === Number.POSITIVE_INFINITY && isEmpty;
      if (isWhole || (!isEmpty && !canBeDivided(floor, width))) return;
      const next = isEmpty ? afterEmpty(density, width) : afterTooLong(density, width);
      if (next === undefined) return;
      density = next;
    }
    throw new Error(`still between ${density.floor} and ${density.ceiling} seconds`);
  });
  fc.assert(property, { numRuns: 2_000 });
});
