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
  /** Whole parts of a token, `partsOfOne` to each: fractions would add up to a little less than one. */
  parts: number
  at: number
}

/** A limit of one a minute brings one part a millisecond. */
const partsOfOne = 60_000

/** Token buckets in memory, one a key. The oldest is forgotten when there are more than `mostKeys`: they stay bounded. */
export function createThrottle({ burst, perMinute }: Limit, mostKeys = 50_000): Throttle {
  const buckets = new Map<string, Bucket>()
  const full = burst * partsOfOne

  return {
    take(key, now) {
      const at = now.getTime()
      const bucket = buckets.get(key) ?? { parts: full, at }
      // A clock set back gives nothing and takes nothing.
      const parts = Math.min(full, bucket.parts + Math.max(0, at - bucket.at) * perMinute)
      const goes = parts >= partsOfOne
      // Taken out and put in again, so that the map's order is that of use.
      buckets.delete(key)
      buckets.set(key, { parts: goes ? parts - partsOfOne : parts, at })
      if (buckets.size > mostKeys) buckets.delete(buckets.keys().next().value!)
      return goes ? 0 : Math.ceil((partsOfOne - parts) / perMinute)
    },
  }
}
