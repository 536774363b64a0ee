import pg from 'pg'
import { expect, test } from 'vitest'
import { again, inTransaction } from '../../store/transaction.ts'
import { testDatabase, testPool } from '../support/postgres.ts'
import { startProxy } from '../../drills/proxy.ts'

test('a connection that carries nothing any more is given up with its transaction, and the next one works', async () => {
  const database = await testDatabase()
  const { host, port } = database.config
  const wire = await startProxy(() => (host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }))
  const pool = new pg.Pool({
    ...database.config,
    host: '127.0.0.1',
    port: wire.port,
    max: 1,
    query_timeout: 400,
    pipeline: true,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    const one = () =>
      inTransaction(pool, async (client) => (await client.query<{ one: number }>('SELECT 1 AS one')).rows[0]!.one)
    expect(await one()).toBe(1)
    expect(wire.hang()).toBe(1)
    const began = performance.now()
    await expect(one()).rejects.toThrow('Query read timeout')
    // Not twice: a ROLLBACK on such a connection would wait as long again.
    expect(performance.now() - began).toBeLessThan(750)
    expect(await one()).toBe(1)
  } finally {
    await pool.end()
    await wire.close()
    await database.drop()
  }
})

test('of what nobody waited for the first failure is told, nothing is kept, and the connection works on', async () => {
  const database = await testDatabase()
  const pool = testPool({ ...database.config, max: 1 })
  try {
    await pool.query('CREATE TABLE kept (id int PRIMARY KEY)')
    const insert = (client: pg.PoolClient, id: number) => client.query('INSERT INTO kept VALUES ($1)', [id])
    await inTransaction(pool, async (client, along) => {
      along(insert(client, 1))
      along(insert(client, 2))
    })
    const twice = inTransaction(pool, async (client, along) => {
      await insert(client, 3)
      along(insert(client, 2))
    })
    await expect(twice).rejects.toMatchObject({ code: '23505' })
    // What comes after the failure is refused with 25P02, which says nothing of why.
    const behind = inTransaction(pool, async (client, along) => {
      along(insert(client, 2))
      await insert(client, 4)
    })
    await expect(behind).rejects.toMatchObject({ code: '23505' })
    const thrown = inTransaction(pool, async (client, along) => {
      along(insert(client, 5))
      throw new Error('second thoughts')
    })
    await expect(thrown).rejects.toThrow('second thoughts')
    // A value that can't be written fails before anything of its statement goes out: Postgres knows of no failure.
    const unwritten = inTransaction(pool, async (client, along) => {
      await insert(client, 6)
      along(Promise.reject(new TypeError('not a UUID')))
    })
    await expect(unwritten).rejects.toThrow('not a UUID')
    const { rows } = await pool.query<{ id: number }>('SELECT id FROM kept ORDER BY id')
    expect(rows.map(({ id }) => id)).toEqual([1, 2])
  } finally {
    await pool.end()
    await database.drop()
  }
})

/** Fails so often with this code, then gives the number of tries. */
function failing(times: number, code: string): () => Promise<number> {
  let tries = 0
  return async () => {
    tries += 1
    if (tries <= times) throw Object.assign(new Error('no'), { code })
    return tries
  }
}

test('what failed because somebody else wrote first is done again, and nothing else is', async () => {
  expect(await again(failing(1, '23505'))).toBe(2)
  expect(await again(failing(3, '40P01'))).toBe(4)
  await expect(again(failing(4, '40P01'))).rejects.toMatchObject({ code: '40P01' })
  await expect(again(failing(1, '57P01'))).rejects.toMatchObject({ code: '57P01' })
})
