import { messageOf } from '#base'

/** What became of one call, as far as can be known. */
export type CallResult =
  | { kind: 'ok'; body: Record<string, unknown> }
  /** The platform answered and said no. `errmsg` keeps its `rid: …`, which its support asks for. */
  | { kind: 'error'; errcode: number; errmsg: string }
  /** The connection was never made, so the platform saw nothing of it. */
  | { kind: 'unsent'; code: string; reason: string }
  /** Bytes went out and no readable answer came back: it may have been done or not. */
  | { kind: 'lost'; code: string; reason: string }

/** Failures of looking up, connecting and shaking hands: all come before the first byte of a request. */
const beforeTheFirstByte = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** POSTs JSON to the platform and reads its JSON. Never throws. `url` may hold a token: it goes into no reason. */
export async function call(
  fetch: typeof globalThis.fetch,
  url: string,
  body: unknown,
  timeoutMs: number,
): Promise<CallResult> {
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      // A redirect would carry the words, and the token, to a place nobody chose.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
    if (response.status >= 500) return { kind: 'lost', code: `HTTP_${response.status}`, reason: 'the platform failed' }
  } catch (error) {
    return failure(error)
  }
  return read(text)
}

function failure(error: unknown): CallResult {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'lost', code: 'TIMEOUT', reason: 'no answer in time' }
  }
  // fetch wraps what the socket said: `TypeError: fetch failed`, with the errno in its cause.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = codeOf(cause)
  const reason = messageOf(cause)
  return beforeTheFirstByte.has(code) ? { kind: 'unsent', code, reason } : { kind: 'lost', code, reason }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'NETWORK'
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
  if (errcode !== 0) return { kind: 'error', errcode, errmsg: typeof errmsg === 'string' ? errmsg : '' }
  return { kind: 'ok', body: body as Record<string, unknown> }
}
