import { uuidDigits } from '#base'

/**
 * A batch's columns as PostgreSQL's own binary arrays, for `unnest($1::uuid[], …)`: nothing is turned into text and
 * parsed again on the other side, which took more than half of writing a batch.
 * Format: array_recv in src/backend/utils/adt/arrayfuncs.c, elements as their types' `…recv` functions read them.
 */

/** How one type's elements are written: `bytes` says how many there will be, `write` puts them at `offset`. */
interface Element<T> {
  oid: number
  bytes: (value: T) => number
  write: (value: T, buffer: Buffer, offset: number) => void
}

/** What a character code is worth as a hexadecimal digit; over 15: it is none. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

const uuid: Element<string> = {
  oid: 2950,
  bytes: () => 16,
  write(value, buffer, offset) {
    if (value.length !== 36) throw new TypeError('not a UUID')
    for (let byte = 0; byte < 16; byte++) {
      const at = uuidDigits[byte]!
      const high = nibbles[value.charCodeAt(at)] ?? 255
      const low = nibbles[value.charCodeAt(at + 1)] ?? 255
      if (high > 15 || low > 15) throw new TypeError('not a UUID')
      buffer[offset + byte] = high * 16 + low
    }
  },
}
const text: Element<string> = {
  oid: 25,
  bytes: (value) => Buffer.byteLength(value),
  write: (value, buffer, offset) => void buffer.write(value, offset),
}
const jsonb: Element<string> = {
  oid: 3802,
  bytes: (value) => Buffer.byteLength(value) + 1,
  write(value, buffer, offset) {
    buffer[offset] = 1
    buffer.write(value, offset + 1)
  },
}
const bytea: Element<Buffer> = {
  oid: 17,
  bytes: (value) => value.length,
  write: (value, buffer, offset) => void value.copy(buffer, offset),
}
const int4: Element<number> = {
  oid: 23,
  bytes: () => 4,
  write: (value, buffer, offset) => void buffer.writeInt32BE(value, offset),
}
const bool: Element<boolean> = {
  oid: 16,
  bytes: () => 1,
  write: (value, buffer, offset) => void buffer.writeUInt8(value ? 1 : 0, offset),
}
/** PostgreSQL counts microseconds from the year 2000. */
const millennium = Date.UTC(2000, 0, 1)
/** A batch writes the same moment again and again. */
let lastRead = { value: '', milliseconds: Number.NaN }
function millisecondsOf(value: string): number {
  if (value !== lastRead.value) lastRead = { value, milliseconds: Date.parse(value) }
  return lastRead.milliseconds
}
const timestamptz: Element<string> = {
  oid: 1184,
  bytes: () => 8,
  write(value, buffer, offset) {
    const milliseconds = millisecondsOf(value)
    if (Number.isNaN(milliseconds)) throw new TypeError('not a moment')
    const microseconds = (milliseconds - millennium) * 1000
    buffer.writeInt32BE(Math.floor(microseconds / 2 ** 32), offset)
    buffer.writeUInt32BE(((microseconds % 2 ** 32) + 2 ** 32) % 2 ** 32, offset + 4)
  },
}

const headerBytes = 20

/** Sizes of one column's elements; -1 is NULL. Nobody looks at it between two columns. */
let sizes = new Int32Array(256)

/** `of` gives each row's element, and is asked twice; null and undefined are SQL's NULL. */
function array<Row, T>(
  { oid, bytes, write }: Element<T>,
  rows: readonly Row[],
  of: (row: Row) => T | null | undefined,
): Buffer {
  if (sizes.length < rows.length) sizes = new Int32Array(rows.length * 2)
  let total = headerBytes
  let hasNull = 0
  for (let index = 0; index < rows.length; index++) {
    const value = of(rows[index]!)
    if (value === null || value === undefined) {
      sizes[index] = -1
      hasNull = 1
    } else total += sizes[index] = bytes(value)
    total += 4
  }
  const buffer = Buffer.allocUnsafe(total)
  buffer.writeInt32BE(1, 0)
  buffer.writeInt32BE(hasNull, 4)
  buffer.writeUInt32BE(oid, 8)
  buffer.writeInt32BE(rows.length, 12)
  buffer.writeInt32BE(1, 16)
  let offset = headerBytes
  for (let index = 0; index < rows.length; index++) {
    const size = sizes[index]!
    offset = buffer.writeInt32BE(size, offset)
    if (size < 0) continue
    write(of(rows[index]!)!, buffer, offset)
    offset += size
  }
  return buffer
}

type Column<T> = <Row>(rows: readonly Row[], of: (row: Row) => T | null | undefined) => Buffer

/** One column each, out of what `of` picks from each row; `null` is SQL's. */
export const columns = {
  uuid: ((rows, of) => array(uuid, rows, of)) as Column<string>,
  text: ((rows, of) => array(text, rows, of)) as Column<string>,
  bytea: ((rows, of) => array(bytea, rows, of)) as Column<Buffer>,
  int4: ((rows, of) => array(int4, rows, of)) as Column<number>,
  bool: ((rows, of) => array(bool, rows, of)) as Column<boolean>,
  /** ISO 8601. */
  timestamptz: ((rows, of) => array(timestamptz, rows, of)) as Column<string>,
  /** JavaScript's null is SQL's NULL, not JSON's. */
  jsonb<Row>(rows: readonly Row[], of: (row: Row) => unknown): Buffer {
    const written = rows.map((row) => {
      const value = of(row)
      return value === null || value === undefined ? null : JSON.stringify(value)
    })
    return array(jsonb, written, (json) => json)
  },
}
