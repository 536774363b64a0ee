/** So many at once, then so many a minute. */
export interface Limit {
  burst: number
  perMinute: number
}

export interface Throttle {
  /** Takes one for this key: 0 when it may go, else the milliseconds until the next one may; then nothing is taken. */
  take(key: string, now: Date): number
}

interface Bucket {
  tokens: number
  at: number
}

/** Token buckets in memory, one a key. The oldest is forgotten when there are more than `mostKeys`: they stay bounded. */
export function createThrottle({ burst, perMinute }: Limit, mostKeys = 50_000): Throttle {
  const buckets = new Map<string, Bucket>()
  const perMs = perMinute / 60_000

  return {
    take(key, now) {
      const at = now.getTime()
      const bucket = buckets.get(key) ?? { tokens: burst, at }
      // A clock set back gives nothing and takes nothing.
      const tokens = Math.min(burst, bucket.tokens + Math.max(0, at - bucket.at) * perMs)
      // Taken out and put in again, so that the map's order is that of use.
      buckets.delete(key)
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at })
      if (buckets.size > mostKeys) buckets.delete(buckets.keys().next().value!)
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs)
    },
  }
}
