/** A second, less what doubles of milliseconds since 1970 get wrong. */
export const SLIDING_SECOND = 999.99;

/**
 * How a server counts (kommo-api.md §3 says only how much): what arrived in the last second, what arrived since the
 * second of the clock began, or what has not yet drained from a bucket that holds a few requests.
 */
export const limitPolicies = ['sliding', 'calendar', 'bucket'] as const;
export type LimitPolicy = (typeof limitPolicies)[number];

const bucketSize = 3;

/** The limit as a server keeps it. */
export class RateLimit {
  /** Requests a second; null permits all. */
  perSecond: number | null;
  /** Requests a second that another program of the account makes, evenly spaced. */
  competitor: number;
  policy: LimitPolicy;
  /** When the requests came that count; the latest last. */
  private permitted: number[] = [];
  private level = 0;
  private drainedAt = 0;

  constructor(perSecond: number | null, competitor = 0, policy: LimitPolicy = 'sliding') {
    this.perSecond = perSecond;
    this.competitor = competitor;
    this.policy = policy;
  }

  /** Whether a request that arrives at this millisecond is answered; if so, it counts. Refused ones do not. */
  permits(at: number): boolean {
    if (this.perSecond === null) return true;
    if (this.policy === 'bucket') return this.fits(at, this.perSecond);
    const since = this.policy === 'calendar' ? Math.floor(at / 1000) * 1000 - 0.01 : at - SLIDING_SECOND;
    let expired = 0;
    while (expired < this.permitted.length && this.permitted[expired]! <= since) expired++;
    if (expired > 0) this.permitted.splice(0, expired);
    const others = this.byOthers(at) - this.byOthers(this.policy === 'calendar' ? since : at - 1000);
    if (this.permitted.length + others >= this.perSecond) return false;
    this.permitted.push(at);
    return true;
  }

  private fits(at: number, perSecond: number): boolean {
    const drained = ((at - this.drainedAt) / 1000) * perSecond;
    const others = this.byOthers(at) - this.byOthers(this.drainedAt);
    this.level = Math.min(bucketSize, Math.max(0, this.level + others - drained));
    this.drainedAt = at;
    if (this.level + 1 > bucketSize) return false;
    this.level += 1;
    return true;
  }

  private byOthers(until: number): number {
    return Math.floor((until / 1000) * this.competitor);
  }
}
