import { randomBytes } from 'node:crypto'

import * as fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openKeyring } from '#store'
import { testLedger, testPool } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let pool: pg.Pool
const master = randomBytes(32)

beforeAll(async () => {
  database = await testLedger()
  pool = testPool(database.config)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('several processes that start at once share one pair of keys', async () => {
  const rings = await Promise.all(Array.from({ length: 6 }, () => openKeyring(pool, master)))
  const sealed = rings[0]!.seal('oResident')
  expect(rings.map((ring) => ring.open(sealed))).toEqual(rings.map(() => 'oResident'))
  expect(new Set(rings.map((ring) => ring.lookupHash('oResident').toString('hex'))).size).toBe(1)
  const { rows } = await pool.query('SELECT id FROM data_key ORDER BY id')
  expect(rows).toEqual([{ id: 'lookup-1' }, { id: 'seal-1' }])
})

test('what is sealed opens again, never looks the same twice, and betrays nothing', async () => {
  const ring = await openKeyring(pool, master)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 4 }), (text) => {
      const sealed = ring.seal(text)
      expect(ring.open(sealed)).toBe(text)
      expect(ring.seal(text).equals(sealed)).toBe(false)
      expect(sealed.includes(Buffer.from(text))).toBe(false)
      expect(ring.lookupHash(text).equals(ring.lookupHash(`${text} `))).toBe(false)
    }),
  )
})

test('a changed byte is noticed', async () => {
  const ring = await openKeyring(pool, master)
  const sealed = ring.seal('oResident')
  for (let at = sealed.indexOf(':') + 1; at < sealed.length; at++) {
    const altered = Buffer.from(sealed)
    altered[at] = altered[at]! ^ 1
    expect(() => ring.open(altered)).toThrow(Error)
  }
})

test('a key that is not there any more has a name', async () => {
  const ring = await openKeyring(pool, master)
  expect(() => ring.open(Buffer.from('seal-9:whatever'))).toThrow(
    expect.objectContaining({ code: 'KEYRING_UNKNOWN_KEY' }),
  )
})

test('another master key is refused, and leaves the keys as they are', async () => {
  const ring = await openKeyring(pool, master)
  const before = await pool.query('SELECT id, wrapped FROM data_key ORDER BY id')
  await expect(openKeyring(pool, randomBytes(32))).rejects.toMatchObject({
    code: 'KEYRING_MASTER',
    fix: expect.stringContaining('MASTER_KEY'),
  })
  const after = await pool.query('SELECT id, wrapped FROM data_key ORDER BY id')
  expect(after.rows).toEqual(before.rows)
  expect((await openKeyring(pool, master)).open(ring.seal('again'))).toBe('again')
})

test('neither master key nor data keys lie in the database in clear', async () => {
  const { rows } = await pool.query<{ wrapped: Buffer }>('SELECT wrapped FROM data_key')
  for (const { wrapped } of rows) {
    expect(wrapped).toHaveLength(12 + 32 + 16)
    expect(wrapped.includes(master)).toBe(false)
  }
})
