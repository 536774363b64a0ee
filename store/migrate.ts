import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { MashangError } from '#base'

/** The role that bot, workers and web connect as. */
export const servingRole = 'mashang_app'

const folder = fileURLToPath(new URL('./migrations', import.meta.url))
/** One migration at a time, whoever starts first. */
const lockKey = 20_250_311

/**
 * Brings the database to this version's schema, as its owner. `also` runs inside the same lock (the queue's own
 * tables). Safe to run at every start.
 */
export async function migrate(owner: pg.PoolConfig, also?: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ ...owner, connectionTimeoutMillis: 10_000, query_timeout: 20_000, keepAlive: true })
  // When the server ends the session, the statement under way, or the next, has the error already.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(`SET idle_session_timeout = ${idleMs}; SET idle_in_transaction_session_timeout = ${idleMs}`)
    await takeLock(client)
    await makeServingRole(client)
    if (!(await isUpToDate(client))) {
      // They may take long, and are waited for: this happens once for each version.
      await client.query('SET idle_session_timeout = 0')
      await runMigrations(owner)
      await client.query(`SET idle_session_timeout = ${idleMs}`)
    }
    await also?.(client)
  } finally {
    // Closing the connection gives the lock back, also after an error; one that carries nothing any more can't be closed.
    await Promise.race([client.end(), pause(2_000, null, { ref: false })])
  }
}

/**
 * Who holds the lock is never idle for long, unless their connection carries nothing any more, without a word to
 * either end. The server (PostgreSQL 14 or later) lets go of them then: else nobody could start until somebody noticed.
 */
const idleMs = 10_000

/** By asking again and again: a wait inside the server would not tell a lock that is held from a connection that is gone. */
async function takeLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ had: boolean }>('SELECT pg_try_advisory_lock($1) AS had', [lockKey])
    if (rows[0]!.had) return
    await pause(50)
  }
}

/** Drizzle's own ledger of migrations, read without Drizzle: loading it takes 140 MB that most starts have no use for. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  const journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8')) as { entries: { when: number }[] }
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS there`,
  )
  if (!rows[0]!.there) return false
  const applied = await client.query<{ at: string | null }>(
    'SELECT max(created_at)::text AS at FROM drizzle.__drizzle_migrations',
  )
  return Number(applied.rows[0]!.at) >= journal.entries.at(-1)!.when
}

async function runMigrations(owner: pg.PoolConfig): Promise<void> {
  const { drizzle } = await import('drizzle-orm/node-postgres')
  const { migrate: run } = await import('drizzle-orm/node-postgres/migrator')
  const client = new pg.Client(owner)
  await client.connect()
  try {
    await run(drizzle(client), { migrationsFolder: folder })
  } finally {
    await client.end()
  }
}

async function makeServingRole(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [servingRole])
  if (rowCount) return
  try {
    await client.query(`CREATE ROLE ${servingRole} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE`)
    await client.query(`GRANT ${servingRole} TO current_user`)
  } catch (cause) {
    // Another database's migration was faster: the role was there, or came in this very moment.
    if (['42710', '23505'].includes((cause as { code?: string }).code ?? '')) return
    throw new MashangError(`the role ${servingRole} is missing and may not be made by this user`, {
      code: 'STORE_ROLE',
      fix: `As the database's administrator: CREATE ROLE ${servingRole} LOGIN; GRANT ${servingRole} TO <the user of DATABASE_URL>;`,
      cause,
    })
  }
}

/**
 * The same server and database, as the role that serves. Our own server lets the role in directly; on somebody
 * else's, where it has no password, the session takes the role on.
 */
export function servingConfig(owner: pg.PoolConfig): pg.PoolConfig {
  if (owner.connectionString === undefined) return { ...owner, user: servingRole }
  return { ...owner, options: [owner.options, `-c role=${servingRole}`].filter(Boolean).join(' ') }
}
