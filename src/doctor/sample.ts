import { type Examined, numberOf, placeOf, type Questions, type Reply, type Row } from './questions.ts';

/** The seconds of three neighbouring changes, and rows known to be at each of them. */
export interface Window {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

/** The first pages of a list in no asked order, which most questions begin with. */
export interface Sample {
  readonly list: Examined;
  /** The status of a list that is refused. */
  readonly refused: number | undefined;
  readonly first: Reply;
  readonly again: Reply;
  readonly second: Reply;
  /** Different rows of all of these pages. */
  readonly rows: readonly Row[];
  /** Page 2 shows rows that page 1 does not have. */
  readonly isLong: boolean;
  readonly window: Window | undefined;
}

const nothing: Reply = { status: 204, rows: [], hasNext: false };

export async function takeSample(questions: Questions, list: Examined): Promise<Sample> {
  const place = placeOf(list.name);
  const first = await questions.askSurely(place, { limit: 250 });
  if (first.rows.length === 0) {
    const refused = first.status >= 400 ? first.status : undefined;
    return {
      ...{ list, refused, first },
      again: nothing,
      second: nothing,
      rows: [],
      isLong: false,
      window: undefined,
    };
  }
  const again = await questions.askSurely(place, { limit: 250 });
  const second = await questions.ask(place, { limit: 250, page: 2 });
  const byId = new Map([first, again, second].flatMap(({ rows }) => rows.map((row) => [row.id, row])));
  const rows = [...byId.values()];
  const known = new Set(first.rows.map(({ id }) => id));
  const isLong = second.rows.some(({ id }) => !known.has(id));
  return {
    list,
    refused: undefined,
    first,
    again,
    second,
    rows,
    isLong,
    window: windowOf(rows, list.cursor),
  };
}

/** The narrowest three neighbouring seconds in which something changed: the fewest rows lie between them. */
function windowOf(rows: readonly Row[], key: string): Window | undefined {
  const seconds = [...new Set(rows.map((row) => numberOf(row, key)))].filter((second) => second > 0);
  seconds.sort((one, other) => one - other);
  let best: Window | undefined;
  for (let index = 2; index < seconds.length; index++) {
    const [from, middle, to] = [seconds[index - 2]!, seconds[index - 1]!, seconds[index]!];
    if (best === undefined || to - from < best.to - best.from) best = { from, middle, to };
  }
  return best;
}
