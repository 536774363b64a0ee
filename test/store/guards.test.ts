import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { servingRole } from '#store'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
let openids: string[]

beforeAll(async () => {
  house = await startTestHouse()
  const resident = house.resident()
  await resident.scan('d-bd-001')
  await resident.say('人民路的路灯坏了两周')
  const deputy = await house.bind('bd-001')
  await deputy.say('接单')
  await deputy.say('答复 A 已经修好')
  await house.until(() => resident.phone.filter(({ via }) => via === 'custom').length >= 2, 'the answer did not arrive')
  openids = [resident.openid, deputy.openid]
})
afterAll(() => house.stop())

describe('the role that serves', () => {
  test('is no superuser, passes no row security, makes nothing and owns nothing', async () => {
    const { rows } = await house.owner.query(
      `SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = $1`,
      [servingRole],
    )
    expect(rows).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreatedb: false, rolcreaterole: false, rolreplication: false },
    ])
    const owned = await house.owner.query(
      `SELECT relname AS name FROM pg_class WHERE relowner = $1::regrole
       UNION ALL SELECT proname FROM pg_proc WHERE proowner = $1::regrole
       UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = $1::regrole
       UNION ALL SELECT datname FROM pg_database WHERE datdba = $1::regrole`,
      [servingRole],
    )
    expect(owned.rows).toEqual([])
    const memberships = await house.owner.query('SELECT 1 FROM pg_auth_members WHERE member = $1::regrole', [
      servingRole,
    ])
    expect(memberships.rows).toEqual([])
  })

  test('is what the house works as', async () => {
    const { rows } = await house.ledger.pool.query('SELECT current_user AS me, session_user AS session')
    expect(rows).toEqual([{ me: servingRole, session: servingRole }])
    await expect(house.ledger.pool.query('SET ROLE postgres')).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|22023)$/),
    })
    await expect(house.ledger.pool.query('CREATE TABLE mine (id int)')).rejects.toMatchObject({ code: '42501' })
  })

  test.each([
    `UPDATE event SET event = event`,
    `DELETE FROM event`,
    `TRUNCATE event`,
    `UPDATE message SET text = 'something else'`,
    `DELETE FROM message`,
    `TRUNCATE message`,
    `DROP TRIGGER event_append_only ON event`,
    `ALTER TABLE event DISABLE TRIGGER ALL`,
    `SET session_replication_role = replica`,
  ])('may not: %s', async (statement) => {
    await expect(house.ledger.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  })

  test('gets in by a URL too, where the session takes the role on', async () => {
    const { servingConfig } = await import('#store')
    const client = new pg.Client(servingConfig({ connectionString: house.database.connectionString() }))
    await client.connect()
    try {
      const { rows } = await client.query('SELECT current_user AS me')
      expect(rows).toEqual([{ me: servingRole }])
      await expect(client.query('DELETE FROM event')).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.end()
    }
  })
})

describe('the owner', () => {
  test.each([`UPDATE event SET event = event`, `DELETE FROM event WHERE seq = 1`, `TRUNCATE event`])(
    'is held back by a trigger: %s',
    async (statement) => {
      await expect(house.owner.query(statement)).rejects.toMatchObject({
        code: '23001',
        message: expect.stringContaining('append-only'),
      })
    },
  )
})

describe('in the whole database, as text', () => {
  /** Every row of every table, the queue's too. */
  async function dump(): Promise<{ table: string; row: string }[]> {
    const { rows: tables } = await house.owner.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    )
    const all = await Promise.all(
      tables.map(async ({ name }) => {
        const { rows } = await house.owner.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
        return rows.map(({ row }) => ({ table: name, row }))
      }),
    )
    return all.flat()
  }

  test('no openid stands anywhere, in whatever writing', async () => {
    const rows = await dump()
    expect(rows.filter(({ table }) => table === 'public.contact')).toHaveLength(openids.length)
    for (const openid of openids) {
      const writings = [
        openid,
        Buffer.from(openid).toString('hex'),
        Buffer.from(openid).toString('base64').replace(/=+$/, ''),
      ]
      expect(rows.filter(({ row }) => writings.some((writing) => row.includes(writing)))).toEqual([])
    }
  })

  test('words stand where words belong: not in events, cases, the outbox or the queue', async () => {
    const rows = await dump()
    const holding = rows.filter(({ row }) => row.includes('路灯坏了两周') || row.includes('已经修好'))
    expect([...new Set(holding.map(({ table }) => table))].sort()).toEqual(['public.delivery', 'public.message'])
  })
})
