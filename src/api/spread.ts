/**
 * How unevenly requests arrive that set out evenly, learned from refusals. Times in milliseconds. Pure.
 *
 * A limit of n a second refuses a request when it arrives within a second of the n-th before it, which takes that one
 * to be held up by more than the room that their starts left beyond the second. So each outcome tells something: a
 * refusal of spreads that are wider than the room was, an answer against those that are much wider.
 */
export interface Spread {
  /** The room to leave between a start and the n-th before it, beyond the second. */
  room(): number;
  /** A request was answered whose start had left so much room. */
  answered(room: number): void;
  /** A request was refused. Returns false where no spread that is thinkable explains it. */
  refused(room: number): boolean;
  /** What was learned was wrong. */
  forget(): void;
}

/** The spreads that are held possible: none, and from a thirtieth of a second to half a second. */
const narrowest = 30;
const widest = 500;
const nextWidth = 1.12;
/** Most lines have none to speak of, and of those that do the wide ones are rare. */
const likelyEven = 0.97;
/** How often a request is refused for other reasons. */
const byAccident = 0.0005;
/** What a refusal costs: about as many seconds without requests. */
const costOfRefusal = 1.2;
/** Lines change: what was seen a thousand requests ago counts for half. */
const forgetting = 0.5 ** (1 / 1_000);
/** Rooms are compared in steps of a twenty-fifth. */
const nextRoom = 1.04;

const widths = [0];
for (let width = narrowest; width <= widest; width *= nextWidth) widths.push(width);
const prior = widths.map((width) =>
  Math.log(width === 0 ? likelyEven : ((1 - likelyEven) / (widths.length - 1)) * (100 / width)),
);

/** The share of requests that are refused when delays are spread evenly over `width` and starts leave `room`. */
function refusedShare(width: number, room: number): number {
  const part = width === 0 ? 0 : Math.max(0, 1 - Math.max(0, room) / width);
  return byAccident + (part * part) / 2;
}

/** `least` is the room that is left before any refusal; `perSecond` the limit. */
export function createSpread(least: number, perSecond: number): Spread {
  let beliefs = prior;
  let room = least;

  function see(likelihood: (width: number) => number): void {
    const seen = beliefs.map(
      (belief, index) =>
        prior[index]! + (belief - prior[index]!) * forgetting + Math.log(likelihood(widths[index]!)),
    );
    const most = Math.max(...seen);
    beliefs = seen.map((belief) => belief - most);
    room = cheapest();
  }

  /** The room at which a request takes the shortest time, with what its refusal is likely to cost. */
  function cheapest(): number {
    const weights = beliefs.map(Math.exp);
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    let best = least;
    let shortest = Number.POSITIVE_INFINITY;
    for (let candidate = least; candidate <= widest; candidate *= nextRoom) {
      const refused = weights.reduce(
        (sum, weight, index) => sum + weight * refusedShare(widths[index]!, candidate),
        0,
      );
      const time = (1 + candidate / 1000) / perSecond + (costOfRefusal * refused) / all;
      if (time < shortest) {
        shortest = time;
        best = candidate;
      }
    }
    return best;
  }

  return {
    room: () => room,
    answered(left) {
      if (left < widest) see((width) => 1 - refusedShare(width, left));
    },
    refused(left) {
      if (left >= widest) return false;
      see((width) => refusedShare(width, left));
      return true;
    },
    forget() {
      beliefs = prior;
      room = least;
    },
  };
}
