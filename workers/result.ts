import type { SendOutcome } from '#channels'
import type { Claimed, Result } from '#store'
import { cardTapped } from './outbound.ts'
import { countsSends } from './rates.ts'

/**
 * About a day: it is the platform that can't be reached, or can't take anything, and nothing behind it would get past. What is
 * given up goes out by staff's hand (`mashang deliveries`): by itself it would come after what was said later.
 */
const mostAttempts = 150

/** Out of time, out of count: whatever we believed to be left. */
const shut: ReadonlySet<string> = new Set(['45015', '45047'])

/** What is written down of a delivery after an attempt. */
export function resultOf(outcome: SendOutcome, { attempts, template, along }: Claimed, now: Date): Result {
  if (outcome.status === 'sent') return outcome
  const { code, reason } = outcome
  if (outcome.status === 'unknown') return { status: 'unknown', code, reason }
  // It says nothing of the account, so what was refused may be one of several: each is tried, and refused, by itself.
  if (outcome.status === 'refused' && outcome.alarm && along.length > 0) {
    return { status: 'ready', notBefore: now, code, reason }
  }
  if (outcome.status === 'refused') {
    const only = template === cardTapped
    return shut.has(code)
      ? { status: 'refused', code, reason, only, windowsAfter: (windows) => windows.filter(countsSends) }
      : { status: 'refused', code, reason, only }
  }
  if (attempts >= mostAttempts) {
    const reason = `after ${attempts} attempts: ${outcome.code}, ${outcome.reason}`
    return { status: 'refused', code: 'gave-up', reason }
  }
  // The platform's own wait is a floor; a server that stays down is asked ever less often.
  const waitMs = Math.max(outcome.afterMs, Math.min(600_000, 1000 * 2 ** attempts))
  return {
    status: 'ready',
    notBefore: new Date(now.getTime() + waitMs),
    code: outcome.code,
    reason: outcome.reason,
  }
}
