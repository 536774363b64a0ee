import { shanghaiMs } from '#base'
import type { CallResult } from '../tencent/index.ts'
import type { SendOutcome } from '../message.ts'

/** The token is bad or too old. */
export const tokenErrors: ReadonlySet<number> = new Set([40001, 40014, 42001])

/**
 * No to this person, now and later, on this channel: not one of our people (40003), not following (43004),
 * blacklisted (43019), notice refused (43101), out of time (45015), out of count (45047), messages off (48002).
 */
const noToThisPerson: ReadonlySet<number> = new Set([40003, 43004, 43019, 43101, 45015, 45047, 48002])

const busyMs = 5_000
const tooFrequentMs = 60_000
const dayMs = 24 * 3_600_000

/** What the platform's answer to a send means for the message. Its times are for a first try; a caller may lengthen them. */
export function sendOutcome(result: CallResult, now: Date): SendOutcome {
  switch (result.kind) {
    case 'ok':
      return { status: 'sent', platformId: 'msgid' in result.body ? String(result.body['msgid']) : null }
    case 'unsent':
      return { status: 'retry', code: result.code, reason: result.reason, afterMs: busyMs }
    case 'lost':
      return { status: 'unknown', code: result.code, reason: result.reason }
    case 'error':
      return errorOutcome(result.errcode, result.errmsg, now)
  }
}

/** The same where only a token was asked for: whatever became of that, the message itself was not sent. */
export function tokenOutcome(result: Exclude<CallResult, { kind: 'ok' }>, now: Date): SendOutcome {
  // Here 40001 speaks of the app secret, which no waiting mends.
  if (result.kind === 'error' && result.errcode === 40001) return misconfigured('40001', result.errmsg)
  const outcome = sendOutcome(result, now)
  return outcome.status === 'unknown' ? { ...outcome, status: 'retry', afterMs: busyMs } : outcome
}

function errorOutcome(errcode: number, reason: string, now: Date): SendOutcome {
  const code = String(errcode)
  if (errcode === -1) return { status: 'retry', code, reason, afterMs: busyMs }
  if (errcode === 45009) {
    return { status: 'retry', code, reason: withFix(code, reason), afterMs: untilMidnightInShanghai(now), alarm: true }
  }
  // A token refused even after its renewal: some other program is renewing it too. Forcing again is limited to 30 s.
  if (errcode === 45011 || tokenErrors.has(errcode)) return { status: 'retry', code, reason, afterMs: tooFrequentMs }
  if (noToThisPerson.has(errcode)) return { status: 'refused', code, reason, alarm: false }
  return misconfigured(code, reason)
}

/** What a person does about it. https://developers.weixin.qq.com/doc/service/guide/dev/errcode.html */
const fixes: Record<string, string> = {
  40001: 'compare OFFICIAL_ACCOUNT_APP_SECRET with the console',
  40013: 'compare OFFICIAL_ACCOUNT_APP_ID with the console',
  40036: 'compare the template’s id with the console',
  40037: 'compare the template’s id with the console',
  40125: 'compare OFFICIAL_ACCOUNT_APP_SECRET with the console',
  40164: 'put this machine’s public address on the IP whitelist (IP白名单) of the console',
  45009: 'today’s calls are used up; it goes on after midnight, or after 接口调用额度 is cleared in the console',
  47003: 'a field of the template breaks its rule (thing 20, phrase 5 characters)',
  48001: 'the account lacks this permission: only a verified 服务号 may send customer messages',
  48004: 'the platform has banned the interface: see the notices in the console',
  50002: 'the account is restricted: see the notices in the console',
  61004: 'put this machine’s public address on the IP whitelist (IP白名单) of the console',
}

// Also any code newer than this list: a definite no, that a person should look at.
function misconfigured(code: string, reason: string): SendOutcome {
  return { status: 'refused', code, reason: withFix(code, reason), alarm: true }
}

/** The platform's own words first: its rid is what its support asks for. */
function withFix(code: string, reason: string): string {
  return fixes[code] === undefined ? reason : `${reason}; ${fixes[code]}`
}

/** The daily counts begin anew at midnight in Shanghai, which has no summer time. */
function untilMidnightInShanghai(now: Date): number {
  return dayMs - ((now.getTime() + shanghaiMs) % dayMs)
}
