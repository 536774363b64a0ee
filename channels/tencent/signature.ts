import { timingSafeEqual } from 'node:crypto'
import { sha1 } from '#base'

/** SHA-1 over the parts in byte order, as WeChat signs: (token, timestamp, nonce) or (token, timestamp, nonce, Encrypt). */
export function sign(...parts: string[]): string {
  return sha1(parts.toSorted().join(''))
}

/** Compares in constant time; any two strings may be given. */
export function sameSignature(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
