import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length

/** Random bytes out of a pool, at most 4096 at a time: one call to the system's generator for hundreds of ids. */
export function fillRandom(into: Buffer, offset = 0, length = into.length - offset): void {
  if (used + length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  pool.copy(into, offset, used, used + length)
  // What was given out must not be read again by whoever reads this process's memory.
  pool.fill(0, used, used + length)
  used += length
}

const bytes = Buffer.alloc(16)
/** Written anew for each id, the hyphens once. */
const written = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')
const digits = Buffer.from('0123456789abcdef', 'latin1')
/** Where a written UUID has the two digits of each byte. */
export const uuidDigits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

/** UUID version 7 (RFC 9562): sorts by the millisecond it was made, so index pages fill in order. */
export function newId(now: number = Date.now()): string {
  bytes.writeUIntBE(now, 0, 6)
  fillRandom(bytes, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  for (let at = 0; at < 16; at++) {
    written[uuidDigits[at]!] = digits[bytes[at]! >> 4]!
    written[uuidDigits[at]! + 1] = digits[bytes[at]! & 0x0f]!
  }
  return written.toString('latin1')
}

/** The least id of a millisecond: what was made from then on has a greater one. */
export function idAt(moment: number): string {
  const hex = Math.max(0, moment).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** The millisecond in which an id was made. */
export function idTime(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
