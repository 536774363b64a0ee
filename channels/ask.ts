import { messageOf } from '#base'

/** What became of one HTTP request to a platform, as far as can be known. */
export type Asked =
  | { kind: 'answered'; status: number; text: string }
  /** The connection was never made, so the platform saw nothing of it: it may be tried again. */
  | { kind: 'unsent'; code: string; reason: string }
  /** Bytes went out and no whole answer came back: it may have been done or not. */
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

/** One request to a platform. Never throws. `url` may hold a token: it goes into no reason. */
export async function ask(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<Asked> {
  try {
    // A redirect would carry the words, and the token, to a place nobody chose.
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    if (response.status >= 500) return { kind: 'lost', code: `HTTP_${response.status}`, reason: 'the platform failed' }
    return { kind: 'answered', status: response.status, text }
  } catch (error) {
    return failure(error)
  }
}

function failure(error: unknown): Asked {
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
