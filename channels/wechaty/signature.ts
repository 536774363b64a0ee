import { createHmac, timingSafeEqual } from 'node:crypto'
import { MashangError } from '#base'

/** What a signed request is for: one signed for the one is no use for the other. */
export type Purpose = 'hear' | 'say' | 'media'

/** Seconds that the two machines' clocks may differ, and a request may be on its way. */
export const freshForSeconds = 300

const names = { timestamp: 'x-mashang-timestamp', nonce: 'x-mashang-nonce', signature: 'x-mashang-signature' } as const

/** The headers that make a request between gateway and house genuine; `nonce` must be new each time. */
export function signedHeaders(
  secret: string,
  purpose: Purpose,
  body: string,
  now: Date,
  nonce: string,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  return {
    'content-type': 'application/json; charset=utf-8',
    [names.timestamp]: timestamp,
    [names.nonce]: nonce,
    [names.signature]: macOf(secret, purpose, timestamp, nonce, body).toString('hex'),
  }
}

/**
 * `timestamp:nonce` of a genuine request; whoever takes it in must refuse the same one a second time.
 * Throws WECHATY_SIGNATURE or WECHATY_STALE (both 403).
 */
export function checkSigned(
  secret: string,
  purpose: Purpose,
  headers: Record<string, string | string[] | undefined>,
  body: string,
  now: Date,
): string {
  const [timestamp, nonce, signature] = [names.timestamp, names.nonce, names.signature].map((name) => headers[name])
  if (!isText(timestamp, /^\d{1,11}$/) || !isText(nonce, /^[\w-]{16,64}$/) || !isText(signature, /^[0-9a-f]{64}$/)) {
    throw refusal('WECHATY_SIGNATURE', 'the request is not signed')
  }
  const expected = macOf(secret, purpose, timestamp, nonce, body)
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw refusal('WECHATY_SIGNATURE', 'the signature is not ours', 'Set the same WECHATY_SECRET on both machines')
  }
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > freshForSeconds) {
    throw refusal('WECHATY_STALE', 'the request is too old', 'Set the clocks of both machines')
  }
  return `${timestamp}:${nonce}`
}

function macOf(secret: string, purpose: Purpose, timestamp: string, nonce: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${purpose}\n${timestamp}\n${nonce}\n${body}`).digest()
}

function isText(value: string | string[] | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function refusal(code: string, message: string, fix?: string): MashangError {
  return new MashangError(message, { code, status: 403, ...(fix === undefined ? {} : { fix }) })
}
