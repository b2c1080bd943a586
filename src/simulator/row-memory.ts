/** What is worked out from a whole record and asked for again and again, until the row is changed. */
export class RowMemory<Value> {
  readonly #known = new Map<number, Value>();
  readonly #workOut: (row: number) => Value;

  constructor(workOut: (row: number) => Value) {
    this.#workOut = workOut;
  }

  of(row: number): Value {
    let value = this.#known.get(row);
    if (value === undefined) {
      value = this.#workOut(row);
      this.#known.set(row, value);
    }
    return value;
  }

  forget(row: number): void {
    this.#known.delete(row);
  }
}
