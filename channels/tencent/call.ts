import { ask } from '../ask.ts'
import type { Asked, Fetch } from '../ask.ts'

/** What became of one call, as far as can be known. */
export type CallResult =
  | { kind: 'ok'; body: Record<string, unknown> }
  /** The platform answered and said no. `errmsg` keeps its `rid: …`, which its support asks for. */
  | { kind: 'error'; errcode: number; errmsg: string; body?: Record<string, unknown> }
  | Exclude<Asked, { kind: 'answered' }>

/**
 * POSTs JSON, or a form with a file, to the platform and reads its JSON; without a body it GETs. Never throws. `url` may
 * hold a token: it goes into no reason.
 */
export async function call(fetch: Fetch, url: string, body: unknown, timeoutMs: number): Promise<CallResult> {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const posted = body instanceof FormData ? { body } : { headers: json, body: JSON.stringify(body) }
  const asked = await ask(fetch, url, body === undefined ? { method: 'GET' } : { method: 'POST', ...posted }, timeoutMs)
  return asked.kind === 'answered' ? read(asked.text) : asked
}

function read(text: string): CallResult {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = null
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'lost', code: 'UNREADABLE', reason: 'the answer is not JSON' }
  }
  // Calls that answer with data leave errcode out when all is well.
  const { errcode = 0, errmsg } = body as { errcode?: unknown; errmsg?: unknown }
  if (typeof errcode !== 'number') return { kind: 'lost', code: 'UNREADABLE', reason: 'errcode is not a number' }
  const whole = body as Record<string, unknown>
  if (errcode !== 0) return { kind: 'error', errcode, errmsg: typeof errmsg === 'string' ? errmsg : '', body: whole }
  return { kind: 'ok', body: whole }
}
