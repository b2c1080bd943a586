/** The longest silence, in answers of one list. */
const LONGEST = 3;

/**
 * When a list says 204 although it has rows: for one to three answers in a row, then not again for a while, so that
 * whoever asks a fourth time hears the truth. In the long run the wanted share of all answers is silent.
 */
export class PrematureEnds {
  private silent = 0;
  private calm = 0;

  /** Whether the next answer is a silent one. */
  meets(share: number, random: () => number): boolean {
    if (share <= 0) return false;
    if (this.silent > 0) {
      this.silent -= 1;
      return true;
    }
    if (this.calm > 0) {
      this.calm -= 1;
      return false;
    }
    const calm = Math.floor(1 / share);
    const mean = (LONGEST + 1) / 2;
    if (random() * Math.max(1, mean / share - mean - calm) >= 1) return false;
    this.silent = Math.floor(random() * LONGEST);
    this.calm = calm;
    return true;
  }
}
