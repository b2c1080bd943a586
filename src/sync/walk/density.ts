/** How wide a window should be at some place of a list. */
export interface Density {
  /** Seconds. */
  width: number;
  /** It follows from records just read; otherwise it is a guess. */
  measured: boolean;
  /** Nothing is expected here, so that an empty answer needs no second look. */
  barren?: boolean;
}
