import type { Interval } from '../stream/interval.ts';

/** Where in a closed window a reader is: everything up to and including the record `last` has been delivered. */
export interface Place {
  /** How many records of the window come before the next one. */
  position: number;
  last: number | string;
}

/** A window that is being read, with the place that was reached in it. */
export interface Bookmark extends Interval, Place {}

/** `from-to@position:last`, the form in which a state carries a bookmark beside its intervals. */
export function formatBookmark({ from, to, position, last }: Bookmark): string {
  return `${from}-${to}@${position}:${last}`;
}

/** The bookmarks in what a state says is done; anything else in the text is passed over. */
export function parseBookmarks(text: string): Bookmark[] {
  return [...text.matchAll(/(?:^| )(\d+)-(\d+)@(\d+):([A-Za-z0-9_-]+)(?= |$)/g)].map(
    ([, from, to, position, last]) => ({
      from: Number(from),
      to: Number(to),
      position: Number(position),
      last: identityOf(last!),
    }),
  );
}

/** Ids that are texts are longer than any number (observed-data.md §0). */
export function identityOf(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
