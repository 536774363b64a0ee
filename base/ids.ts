import { randomFillSync } from 'node:crypto'

const needed = 10
const pool = Buffer.alloc(needed * 256)
let used = pool.length

/** Ten random bytes out of a pool: one call to the system's generator for every 256 ids. */
function random(into: Buffer, offset: number): void {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  pool.copy(into, offset, used, used + needed)
  used += needed
}

/** UUID version 7 (RFC 9562): sorts by the millisecond it was made, so index pages fill in order. */
export function newId(now: number = Date.now()): string {
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeUIntBE(now, 0, 6)
  random(bytes, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
