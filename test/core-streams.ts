import { streams as all } from '../streams/index.ts';

/** The eight streams that every account has, each read from one list. */
export const streams = all.filter(({ suggested, lists }) => suggested && lists.length === 1);
