import { uuidDigits } from '#base'

/**
 * A batch's columns as PostgreSQL's own binary arrays, for `unnest($1::uuid[], …)`: nothing is turned into text and
 * parsed again on the other side, which took more than half of writing a batch.
 * Format: array_recv in src/backend/utils/adt/arrayfuncs.c, elements as their types' `…recv` functions read them.
 */

/** How one type's elements are written. */
interface Element<T> {
  oid: number
  /** At most so many bytes. */
  room: (value: T) => number
  /** Writes into `scratch` at `offset` and says how many bytes it took. */
  write: (value: T, offset: number) => number
}

/** Each column is written here and then copied out, so that nothing is measured before it is written. */
let scratch = Buffer.allocUnsafe(64 * 1024)

/** What a character code is worth as a hexadecimal digit; over 15: it is none. */
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

/** Up to here a loop over ASCII is faster than a call to the encoder. */
const short = 24

function writeText(value: string, offset: number): number {
  const { length } = value
  if (length <= short) {
    let at = 0
    for (; at < length; at++) {
      const code = value.charCodeAt(at)
      if (code > 127) break
      scratch[offset + at] = code
    }
    if (at === length) return length
  }
  return scratch.write(value, offset)
}

const uuid: Element<string> = {
  oid: 2950,
  room: () => 16,
  write(value, offset) {
    if (value.length !== 36) throw new TypeError('not a UUID')
    for (let byte = 0; byte < 16; byte++) {
      const at = uuidDigits[byte]!
      const high = nibbles[value.charCodeAt(at)] ?? 255
      const low = nibbles[value.charCodeAt(at + 1)] ?? 255
      if (high > 15 || low > 15) throw new TypeError('not a UUID')
      scratch[offset + byte] = high * 16 + low
    }
    return 16
  },
}
// A UTF-16 unit is at most three bytes of UTF-8.
const text: Element<string> = { oid: 25, room: ({ length }) => length * 3, write: writeText }
const json: Element<string> = { ...text, oid: 114 }
const bytea: Element<Buffer> = {
  oid: 17,
  room: ({ length }) => length,
  write: (value, offset) => value.copy(scratch, offset),
}
const int4: Element<number> = {
  oid: 23,
  room: () => 4,
  write: (value, offset) => scratch.writeInt32BE(value, offset) - offset,
}
const int8: Element<bigint> = {
  oid: 20,
  room: () => 8,
  write: (value, offset) => scratch.writeBigInt64BE(value, offset) - offset,
}
const bool: Element<boolean> = {
  oid: 16,
  room: () => 1,
  write: (value, offset) => scratch.writeUInt8(value ? 1 : 0, offset) - offset,
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
  room: () => 8,
  write(value, offset) {
    const milliseconds = millisecondsOf(value)
    if (Number.isNaN(milliseconds)) throw new TypeError('not a moment')
    const microseconds = (milliseconds - millennium) * 1000
    scratch.writeInt32BE(Math.floor(microseconds / 2 ** 32), offset)
    scratch.writeUInt32BE(((microseconds % 2 ** 32) + 2 ** 32) % 2 ** 32, offset + 4)
    return 8
  },
}

const headerBytes = 20

/** `of` gives each row's element; null and undefined are SQL's NULL. */
function array<Row, T>(
  { oid, room, write }: Element<T>,
  rows: readonly Row[],
  of: (row: Row) => T | null | undefined,
): Buffer {
  let offset = headerBytes
  let hasNull = 0
  for (const row of rows) {
    const value = of(row)
    const isNull = value === null || value === undefined
    const needed = offset + 4 + (isNull ? 0 : room(value))
    if (needed > scratch.length) scratch = Buffer.concat([scratch], needed * 2)
    const size = isNull ? -1 : write(value, offset + 4)
    scratch.writeInt32BE(size, offset)
    offset += 4
    if (isNull) hasNull = 1
    else offset += size
  }
  scratch.writeInt32BE(1, 0)
  scratch.writeInt32BE(hasNull, 4)
  scratch.writeUInt32BE(oid, 8)
  scratch.writeInt32BE(rows.length, 12)
  scratch.writeInt32BE(1, 16)
  const column = Buffer.allocUnsafe(offset)
  scratch.copy(column, 0, 0, offset)
  return column
}

type Column<T> = <Row>(rows: readonly Row[], of: (row: Row) => T | null | undefined) => Buffer

/** One column each, out of what `of` picks from each row; `null` is SQL's. */
export const columns = {
  uuid: ((rows, of) => array(uuid, rows, of)) as Column<string>,
  text: ((rows, of) => array(text, rows, of)) as Column<string>,
  bytea: ((rows, of) => array(bytea, rows, of)) as Column<Buffer>,
  int4: ((rows, of) => array(int4, rows, of)) as Column<number>,
  int8: ((rows, of) => array(int8, rows, of)) as Column<bigint>,
  bool: ((rows, of) => array(bool, rows, of)) as Column<boolean>,
  /** ISO 8601. */
  timestamptz: ((rows, of) => array(timestamptz, rows, of)) as Column<string>,
  /** Documents as text: they are stored to the letter. */
  json: ((rows, of) => array(json, rows, of)) as Column<string>,
}
