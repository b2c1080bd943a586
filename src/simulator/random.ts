/**
 * Numbers that look random but follow from a seed, so that one seed is one account.
 * `mix` is stateless: any row of a million can be made without making the rows before it.
 */
export function mix(seed: number, index: number, salt: number): number {
  let value =
    (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35)) | 0;
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

/** As `mix`, as a fraction from 0 up to but not including 1. */
export function mixFraction(seed: number, index: number, salt: number): number {
  return mix(seed, index, salt) / 4294967296;
}

/** An endless sequence of fractions that follows from the seed. */
export function randomSequence(seed: number): () => number {
  let index = 0;
  return () => mixFraction(seed, index++, 77);
}

/** Brings the rows into a random order, in place. */
export function shuffle(rows: number[] | Uint32Array, random: () => number): void {
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = rows[last]!;
    rows[last] = rows[other]!;
    rows[other] = held;
  }
}
