/** Rows fit below this, seconds above it: one number orders by second and then by row. */
const ROW_SPACE = 2 ** 22;
const BLOCK = 1024;

/**
 * Rows ordered by a second and then by row number, cheap to change and to enter anywhere:
 * sorted blocks, so that page 4,000 of a million rows costs as much as page 1.
 */
export class OrderedRows {
  size = 0;
  private blocks: number[][] = [];

  /** Takes over rows in any order, each with its second. */
  fill(rows: Uint32Array, seconds: Uint32Array): void {
    const keys = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!;
      keys[index] = seconds[row]! * ROW_SPACE + row;
    }
    keys.sort();
    this.size = keys.length;
    this.blocks = [];
    for (let start = 0; start < keys.length; start += BLOCK) {
      this.blocks.push(Array.from(keys.subarray(start, start + BLOCK)));
    }
  }

  add(row: number, second: number): void {
    const key = second * ROW_SPACE + row;
    const index = this.blockOf(key);
    const block = this.blocks[index];
    if (block === undefined) this.blocks.push([key]);
    else {
      block.splice(position(block, key), 0, key);
      if (block.length > 2 * BLOCK) this.blocks.splice(index + 1, 0, block.splice(BLOCK));
    }
    this.size++;
  }

  remove(row: number, second: number): void {
    const key = second * ROW_SPACE + row;
    const index = this.blockOf(key);
    const block = this.blocks[index];
    const place = block === undefined ? -1 : position(block, key);
    if (block?.[place] !== key) throw new Error(`row ${row} is not ordered under second ${second}`);
    block.splice(place, 1);
    if (block.length === 0) this.blocks.splice(index, 1);
    this.size--;
  }

  /** How many rows lie before this second. */
  before(second: number): number {
    const key = second * ROW_SPACE;
    const index = this.blockOf(key);
    let count = 0;
    for (let earlier = 0; earlier < index; earlier++) count += this.blocks[earlier]!.length;
    const block = this.blocks[index];
    return block === undefined ? count : count + position(block, key);
  }

  /** The second of the row at this position. */
  secondAt(place: number): number {
    for (const block of this.blocks) {
      if (place < block.length) return Math.floor(block[place]! / ROW_SPACE);
      place -= block.length;
    }
    throw new RangeError('no row at this position');
  }

  /** The rows from one position up to but not including another. */
  slice(start: number, end: number): number[] {
    const rows: number[] = [];
    let skipped = 0;
    for (const block of this.blocks) {
      if (skipped >= end) break;
      if (skipped + block.length > start) {
        const last = Math.min(block.length, end - skipped);
        for (let index = Math.max(0, start - skipped); index < last; index++)
          rows.push(block[index]! % ROW_SPACE);
      }
      skipped += block.length;
    }
    return rows;
  }

  /** The last block whose first key is not above this one. */
  private blockOf(key: number): number {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.blocks[middle]![0]! <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Where the key is, or belongs, in a sorted block. */
function position(block: number[], key: number): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (block[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
