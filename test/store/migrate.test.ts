import { afterAll, expect, test } from 'vitest'
import pg from 'pg'

import { migrateQueue } from '#queue'
import { migrate, servingRole } from '#store'
import { testDatabase } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

const databases: TestDatabase[] = []
afterAll(async () => {
  for (const database of databases) await database.drop()
})

const whole = (database: TestDatabase) =>
  migrate(database.config, async (client) => void (await migrateQueue(client, servingRole)))

test('several databases of one server at once: the role is theirs together', async () => {
  // The lock is one database's own, so only the role's own making can tell them apart.
  const several = await Promise.all([1, 2, 3, 4].map(() => testDatabase()))
  databases.push(...several)
  await Promise.all(several.map(whole))
})

test('several processes that start at once on one empty database all find it ready', async () => {
  const database = await testDatabase()
  databases.push(database)
  await Promise.all([1, 2, 3, 4].map(() => whole(database)))
  await whole(database)
  const client = new pg.Client({ ...database.config, user: servingRole })
  await client.connect()
  const { rows } = await client.query('SELECT count(*)::int AS n FROM message')
  expect(rows).toEqual([{ n: 0 }])
  await client.end()
})
