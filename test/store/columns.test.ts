import * as fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '../../store/columns.ts'
import { testDatabase } from '../support/postgres.ts'

let client: pg.Client
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase()
  client = new pg.Client(database.config)
  await client.connect()
  drop = database.drop
})
afterAll(async () => {
  await client.end()
  await drop()
})

// Postgres has no NUL in text, and no halves of surrogate pairs in UTF-8.
const words = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '').toWellFormed())
const moment = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

const kinds = {
  uuid: { cast: 'uuid[]', element: fc.uuid() },
  text: { cast: 'text[]', element: words },
  bytea: { cast: 'bytea[]', element: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
  int4: { cast: 'int4[]', element: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  bool: { cast: 'bool[]', element: fc.boolean() },
  timestamptz: { cast: 'timestamptz[]', element: moment },
  int8: { cast: 'int8[]', element: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  json: {
    cast: 'json[]',
    element: fc
      .dictionary(words, fc.oneof(words, fc.integer(), fc.constant(null)))
      .map((value) => JSON.stringify(value)),
  },
} as const

test.each(Object.entries(kinds))('a column of %s comes back as it was', async (name, { cast, element }) => {
  const column = columns[name as keyof typeof columns] as (
    rows: readonly unknown[],
    of: (row: unknown) => unknown,
  ) => Buffer
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(element as fc.Arbitrary<unknown>)), async (values) => {
      const { rows } = await client.query<{ value: unknown }>(
        // Documents and large numbers as they lie there: pg would read them.
        `SELECT ${/^(?:json|int8)/.test(cast) ? 'value::text' : 'value'} AS value FROM unnest($1::${cast}) WITH ORDINALITY AS r(value, position) ORDER BY position`,
        [column(values, (value) => value)],
      )
      const plain = (value: unknown) =>
        value instanceof Date ? value.toISOString() : typeof value === 'bigint' ? String(value) : value
      expect(rows.map(({ value }) => plain(value))).toEqual(values.map(plain))
    }),
    { numRuns: 60 },
  )
})

const itself = (value: string) => value

test('what is no UUID and no moment never reaches the database', () => {
  expect(() => columns.uuid(['01a20a5b-1aac-705b-9ecf-7ce13f8432a'], itself)).toThrow('not a UUID')
  expect(() => columns.uuid(['zza20a5b-1aac-705b-9ecf-7ce13f8432a1'], itself)).toThrow('not a UUID')
  expect(() => columns.timestamptz(['yesterday'], itself)).toThrow('not a moment')
})
