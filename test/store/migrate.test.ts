import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator'
import { afterAll, expect, test } from 'vitest'
import pg from 'pg'

import { commit } from '#base'
import { act, wakeAt } from '#cases'
import { migrateQueue } from '#queue'
import { migrate, servingRole, verify } from '#store'
import { opening, rules, start, to } from '../cases/play.ts'
import { startProxy } from '../../drills/proxy.ts'
import { testDatabase, testPool } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

const databases: TestDatabase[] = []
afterAll(async () => {
  for (const database of databases) await database.drop()
})

const whole = (database: TestDatabase) => migrate(database.config, (client) => migrateQueue(client, servingRole))

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

test('a start whose connection carries nothing any more keeps nobody else from starting', async () => {
  const database = await testDatabase()
  databases.push(database)
  await whole(database)
  const { host, port } = database.config
  const wire = await startProxy(() => (host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }))
  const locked = Promise.withResolvers<void>()
  const stuck = migrate({ ...database.config, host: '127.0.0.1', port: wire.port }, async (client) => {
    await client.query('BEGIN')
    wire.hang()
    locked.resolve()
    await client.query('SELECT 1')
  })
  const failure = stuck.then(
    () => null,
    (error: Error) => error.message,
  )
  await locked.promise
  const owner = new pg.Client(database.config)
  await owner.connect()
  const { rowCount } = await owner.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  expect(rowCount).toBe(1)
  await whole(database)
  expect(await failure).toBe('Query read timeout')
  await owner.end()
  await wire.close()
}, 60_000)

const migrations = join(import.meta.dirname, '..', '..', 'store', 'migrations')

/** Brings a database to what it was when the migration before `tag` was the last. */
async function migrateUpTo(tag: string, client: pg.Client): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  try {
    await cp(migrations, folder, { recursive: true })
    const file = join(folder, 'meta', '_journal.json')
    const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: { tag: string }[] }
    const end = journal.entries.findIndex((entry) => entry.tag === tag)
    expect(end).toBeGreaterThan(0)
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }))
    await runMigrations(drizzle(client), { migrationsFolder: folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('cases from before their documents were kept as written still verify, and know by whose hand they came', async () => {
  const database = await testDatabase()
  databases.push(database)
  const client = new pg.Client(database.config)
  await client.connect()
  await migrateUpTo('0009_documents_as_written', client)

  const [id, message] = [randomUUID(), randomUUID()]
  const worker = { party: 'grid_worker', id: 'gw-1' } as const
  const words = { message, commitment: commit('salt', '路灯坏了') }
  const command = opening({ id, resident: randomUUID(), words, routing: to('d1'), accused: [], reasons: ['二', '一'] })
  const done = act(id, null, command, { now: start, actor: worker }, rules)
  if (!done.ok) throw new Error(done.refusal)
  const { case: state, headHash } = done.after
  await client.query(
    `INSERT INTO "case" (id, number, status, version, head_hash, contact_id, deputy_id, region, opened_at, wake_at, last_said_at, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11)`,
    [
      id,
      state.number,
      state.status,
      state.version,
      headHash,
      state.resident,
      state.deputy,
      state.region,
      state.openedAt,
      wakeAt(state.due),
      JSON.stringify(state),
    ],
  )
  for (const { seq, at, actor, event, previous, hash } of done.events) {
    await client.query(
      'INSERT INTO event (case_id, seq, at, actor, event, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, seq, at, JSON.stringify(actor), JSON.stringify(event), previous, hash],
    )
  }
  await client.query(
    `INSERT INTO message (id, channel, dedupe_key, contact_id, case_id, type, text, salt, meaning, said_at, received_at)
     VALUES ($1, 'web', 'k', $2, $3, 'text', '路灯坏了', 'salt', 'opened', $4, $4)`,
    [message, state.resident, id, start],
  )

  await whole(database)
  const pool = testPool({ ...database.config, max: 2 })
  expect(await verify(pool)).toMatchObject({ cases: 1, events: 2, messages: 1, faults: [] })
  const { rows } = await client.query('SELECT through_id FROM "case"')
  expect(rows).toEqual([{ through_id: 'gw-1' }])
  // And what is tampered with afterwards still shows.
  await client.query(`UPDATE "case" SET through_id = 'gw-2'`)
  expect((await verify(pool)).faults).toEqual([expect.stringContaining('what it is looked up by')])
  await pool.end()
  await client.end()
})
