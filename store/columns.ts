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

const uuid: Element<string> = {
  oid: 2950,
  bytes: () => 16,
  write(value, buffer, offset) {
    const written = value.length === 36 ? buffer.write(value.replaceAll('-', ''), offset, 16, 'hex') : Number.NaN
    if (written !== 16) throw new TypeError('not a UUID')
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
const timestamptz: Element<string> = {
  oid: 1184,
  bytes: () => 8,
  write(value, buffer, offset) {
    const milliseconds = Date.parse(value)
    if (Number.isNaN(milliseconds)) throw new TypeError('not a moment')
    const microseconds = (milliseconds - millennium) * 1000
    buffer.writeInt32BE(Math.floor(microseconds / 2 ** 32), offset)
    buffer.writeUInt32BE(((microseconds % 2 ** 32) + 2 ** 32) % 2 ** 32, offset + 4)
  },
}

const headerBytes = 20

function array<T>({ oid, bytes, write }: Element<T>, values: readonly (T | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? -1 : bytes(value)))
  const total = sizes.reduce((sum, size) => sum + 4 + Math.max(0, size), headerBytes)
  const buffer = Buffer.allocUnsafe(total)
  buffer.writeInt32BE(1, 0)
  buffer.writeInt32BE(sizes.includes(-1) ? 1 : 0, 4)
  buffer.writeUInt32BE(oid, 8)
  buffer.writeInt32BE(values.length, 12)
  buffer.writeInt32BE(1, 16)
  let offset = headerBytes
  for (let index = 0; index < values.length; index++) {
    const size = sizes[index]!
    buffer.writeInt32BE(size, offset)
    offset += 4
    if (size < 0) continue
    write(values[index]!, buffer, offset)
    offset += size
  }
  return buffer
}

/** One column each; `null` is SQL's. */
export const columns = {
  uuid: (values: readonly (string | null)[]) => array(uuid, values),
  text: (values: readonly (string | null)[]) => array(text, values),
  bytea: (values: readonly (Buffer | null)[]) => array(bytea, values),
  int4: (values: readonly (number | null)[]) => array(int4, values),
  bool: (values: readonly (boolean | null)[]) => array(bool, values),
  /** ISO 8601. */
  timestamptz: (values: readonly (string | null)[]) => array(timestamptz, values),
  /** JavaScript's null is SQL's NULL, not JSON's. */
  jsonb: (values: readonly unknown[]) =>
    array(
      jsonb,
      values.map((value) => (value === null || value === undefined ? null : JSON.stringify(value))),
    ),
}
