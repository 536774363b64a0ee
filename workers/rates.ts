import type { SendRate } from '#channels'
import type { SendWindow } from '#store'

/** A limit is counted in so many steps: one sent at the beginning of a step weighs as if it were at its end. */
const steps = 12
/** What was sent earlier may arrive later: by as long as one attempt can take. */
const onItsWayMs = 20_000
const prefix = 'sent-'

/** Whether it counts what was sent; other windows say what may be sent. */
export function countsSends({ kind }: SendWindow): boolean {
  return kind.startsWith(prefix)
}

/**
 * Counts `sends` more to one address under every limit; or says when it may be tried again, where that would be too many.
 * Over any span of `seconds` no more than the limit arrive, however unevenly they travel. `left` of these windows is how
 * many were sent in their step, `until` when that no longer counts.
 */
export function spendRates(
  windows: readonly SendWindow[],
  rates: readonly SendRate[],
  sends: number,
  now: Date,
): SendWindow[] | Date {
  const live = windows.filter((window) => !countsSends(window) || new Date(window.until) > now)
  const waits = rates.flatMap((rate) => waitFor(live, rate, sends, now) ?? [])
  if (waits.length > 0) return new Date(Math.max(...waits))
  return rates.reduce((counted, rate) => count(counted, rate, sends, now), live)
}

/** When enough of what was sent no longer counts; null when there is room now. */
function waitFor(windows: readonly SendWindow[], rate: SendRate, sends: number, now: Date): number | null {
  const counted = windows.filter(({ kind }) => kind === kindOf(rate)).sort((a, b) => (a.until < b.until ? -1 : 1))
  let used = counted.reduce((sum, { left }) => sum + left, 0)
  // More than the limit at once never fits: it goes when nothing else counts.
  const room = Math.max(0, rate.sends - sends)
  if (used <= room) return null
  for (const { left, until } of counted) {
    used -= left
    if (used <= room) return Date.parse(until)
  }
  return now.getTime()
}

function count(windows: readonly SendWindow[], rate: SendRate, sends: number, now: Date): SendWindow[] {
  const kind = kindOf(rate)
  const stepMs = (rate.seconds * 1000) / steps
  const stepEnds = Math.ceil((now.getTime() + 1) / stepMs) * stepMs
  const until = new Date(stepEnds + rate.seconds * 1000 + onItsWayMs).toISOString()
  const open = windows.find((window) => window.kind === kind && window.until === until)
  if (!open) return [...windows, { kind, until, left: sends }]
  return windows.map((window) => (window === open ? { ...window, left: window.left + sends } : window))
}

function kindOf({ seconds }: SendRate): string {
  return `${prefix}${seconds}`
}
