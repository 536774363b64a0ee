import { refusal } from './refuse.ts'

/** The largest push read: no genuine one comes near it. */
export const maxPushBytes = 1024 * 1024
/** How far the signed timestamp may be from our clock, either way. */
export const freshnessSeconds = 300

export type Query = Record<string, string>

/** Throws PUSH_TOO_LARGE. */
export function checkSize(body: string): void {
  // A character is at most 3 bytes of UTF-8 a unit, so short bodies need no counting.
  if (body.length > maxPushBytes / 3 && Buffer.byteLength(body) > maxPushBytes) {
    throw refusal('PUSH_TOO_LARGE', `The body is over ${maxPushBytes} bytes`)
  }
}

/** Throws PUSH_STALE unless the signed timestamp is near our clock; call it after the signature was checked. */
export function checkFresh(query: Query, now: Date): void {
  const timestamp = parameter(query, 'timestamp')
  const age = /^\d{1,12}$/.test(timestamp) ? seconds(now) - Number(timestamp) : Number.POSITIVE_INFINITY
  if (Math.abs(age) > freshnessSeconds) throw refusal('PUSH_STALE', 'The push is too old, or from the future')
}

/** A query parameter that must be there, once: a repeated one arrives as an array. Throws PUSH_FIELDS. */
export function parameter(query: Query, name: string, mostCharacters = 256): string {
  const value = optional(query, name)
  if (!value || value.length > mostCharacters) throw refusal('PUSH_FIELDS', `The query has no single ${name}`)
  return value
}

export function optional(query: Query, name: string): string | null {
  const value: unknown = Object.hasOwn(query, name) ? query[name] : undefined
  if (value !== undefined && typeof value !== 'string') throw refusal('PUSH_FIELDS', `The query repeats ${name}`)
  return value ?? null
}

/** Whole seconds since 1970, as the platforms sign them. */
export function seconds(now: Date): number {
  return Math.floor(now.getTime() / 1000)
}
