import { readFileSync } from 'node:fs'
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
  const client = new pg.Client(owner)
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey])
    await makeServingRole(client)
    if (!(await isUpToDate(client))) await runMigrations(client)
    await also?.(client)
  } finally {
    // Closing the connection gives the lock back, also after an error.
    await client.end()
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

async function runMigrations(client: pg.Client): Promise<void> {
  const { drizzle } = await import('drizzle-orm/node-postgres')
  const { migrate: run } = await import('drizzle-orm/node-postgres/migrator')
  await run(drizzle(client), { migrationsFolder: folder })
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
