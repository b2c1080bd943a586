/** A second, less what doubles of milliseconds since 1970 get wrong. */
export const SLIDING_SECOND = 999.99;

/** The limit as a server keeps it: so many permitted requests in any sliding second (kommo-api.md §3). */
export class RateLimit {
  /** Requests a second; null permits all. */
  perSecond: number | null;
  /** Requests a second that another program of the account makes. */
  competitor: number;
  private permitted: number[] = [];

  constructor(perSecond: number | null, competitor = 0) {
    this.perSecond = perSecond;
    this.competitor = competitor;
  }

  /** Whether a request that arrives at this millisecond is answered; if so, it counts. Refused ones do not. */
  permits(at: number): boolean {
    if (this.perSecond === null) return true;
    let expired = 0;
    while (expired < this.permitted.length && this.permitted[expired]! <= at - SLIDING_SECOND) expired++;
    if (expired > 0) this.permitted.splice(0, expired);
    // The other program's requests are evenly spaced: these many of them lie within the last second.
    const others = Math.floor((at / 1000) * this.competitor) - Math.floor((at / 1000 - 1) * this.competitor);
    if (this.permitted.length + others >= this.perSecond) return false;
    this.permitted.push(at);
    return true;
  }
}
