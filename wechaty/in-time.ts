import { setTimeout as pause } from 'node:timers/promises'

/** What the library gives, or `late` when it doesn't come back within `mostMs`. What it fails with afterwards nobody hears. */
export async function inTime<T>(work: Promise<T>, mostMs: number): Promise<T | 'late'> {
  const timer = new AbortController()
  work.catch(() => {})
  try {
    return await Promise.race([work, pause(mostMs, 'late' as const, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}
