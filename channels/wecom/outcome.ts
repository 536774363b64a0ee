import type { CallResult } from '../tencent/index.ts'
import type { SendOutcome } from '../message.ts'

/** The token is bad or too old. */
export const tokenErrors: ReadonlySet<number> = new Set([40014, 42001])

const busyMs = 5_000
const tooFrequentMs = 60_000

/** What a code means that no other message would fare better with, and how it is mended. */
const fixes: Record<number, string> = {
  40001: 'compare WECOM_SECRET with the console',
  40013: 'compare WECOM_CORP_ID with the console',
  40056: 'compare WECOM_AGENT_ID with the console',
  40091: 'compare WECOM_SECRET with the console',
  41002: 'compare WECOM_CORP_ID with the console',
  41004: 'compare WECOM_SECRET with the console',
  48002: 'the app may not call this: look at its permissions in the console',
  60011: 'the app may not call this: look at its permissions in the console',
  60020: 'add this server’s address to the app’s 企业可信IP in the console',
  93000: 'the robot was removed from its group: make another and mend WECOM_ROBOTS',
  301002: 'WECOM_SECRET belongs to another app than WECOM_AGENT_ID',
}

/**
 * What WeCom's answer to a send means for the message. Reasons hold no UserID: `invaliduser` names one, and is left out.
 * https://developer.work.weixin.qq.com/document/path/90313
 */
export function sendOutcome(result: CallResult): SendOutcome {
  switch (result.kind) {
    case 'ok':
      return accepted(result.body)
    case 'unsent':
      return { status: 'retry', code: result.code, reason: result.reason, afterMs: busyMs }
    case 'lost':
      return { status: 'unknown', code: result.code, reason: result.reason }
    case 'error':
      return errorOutcome(result.errcode, result.errmsg, result.body ?? {})
  }
}

/** The same where only a token was asked for: whatever became of that, the message itself was not sent. */
export function tokenOutcome(result: Exclude<CallResult, { kind: 'ok' }>): SendOutcome {
  const outcome = sendOutcome(result)
  return outcome.status === 'unknown' ? { ...outcome, status: 'retry', afterMs: busyMs } : outcome
}

/** Whether the answer speaks of the message's shape: then the same words may go in another one. */
export function isOfShape(outcome: SendOutcome): boolean {
  if (outcome.status !== 'refused') return false
  return (
    outcome.code !== 'unlicenseduser' &&
    outcome.code !== 'invaliduser' &&
    outcome.code !== '81013' &&
    !(Number(outcome.code) in fixes)
  )
}

/** `errcode` 0 does not say that it goes to anybody. */
function accepted(body: Record<string, unknown>): SendOutcome {
  if (names(body['invaliduser'])) return gone('invaliduser', 'not, or no longer, within reach of the app')
  if (names(body['unlicenseduser'])) return unlicensed
  const msgid = body['msgid']
  return { status: 'sent', platformId: typeof msgid === 'string' && msgid !== '' ? msgid : null }
}

function errorOutcome(errcode: number, reason: string, body: Record<string, unknown>): SendOutcome {
  const code = String(errcode)
  if (errcode === -1) return { status: 'retry', code, reason, afterMs: busyMs }
  // 45009 too often, 45033 too many at once; and a token refused even after its renewal.
  if (errcode === 45009 || errcode === 45033 || tokenErrors.has(errcode)) {
    return { status: 'retry', code, reason, afterMs: tooFrequentMs }
  }
  // Nobody of the receivers can be reached: it depends on why.
  if (errcode === 81013) return names(body['unlicenseduser']) ? unlicensed : gone(code, reason)
  const fix = fixes[errcode]
  return { status: 'refused', code, reason: fix === undefined ? reason : `${reason}; ${fix}`, alarm: true }
}

const unlicensed: SendOutcome = {
  status: 'refused',
  code: 'unlicenseduser',
  reason: 'the member has no licence for this interface; give them one under 接口许可 in the console',
  alarm: true,
}

/** No to this person, until they are heard from again. */
function gone(code: string, reason: string): SendOutcome {
  return { status: 'refused', code, reason, alarm: false, gone: true }
}

function names(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
