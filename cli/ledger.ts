import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { MashangError } from '#base'
import type { Clock } from '#base'
import type { City, OfficialAccountSettings, Settings } from '#config'
import type { QueueBackend, QueueLog, Queues } from '#queue'
import {
  bucketVault,
  folderVault,
  importPeople,
  migrate,
  openKeyring,
  openTokens,
  servingConfig,
  servingRole,
  startEmbeddedPostgres,
} from '#store'
import type { EmbeddedPostgres, Keyring, MediaVault, Tokens } from '#store'
import type { Preflight } from './preflight.ts'

/** An opened ledger: whoever opens it closes it. */
export interface Ledger {
  pool: pg.Pool
  keyring: Keyring
  /** The same database for the queue's own pools. */
  serving: pg.PoolConfig
  close(): Promise<void>
}

/** Opens the ledger for one command, and closes it again when its work is done. */
export type WithLedger = <T>(work: (ledger: Ledger, preflight: Preflight) => Promise<T>) => Promise<T>

const database = 'mashang'

/**
 * Opens the database of the settings (starting or joining the embedded one), brings it to this version's schema, and
 * reads the city's rolls into it. Several processes may do so at once.
 *
 * @param keep for a process that serves: the embedded database is started again should it go down, which is told here
 */
export async function openLedger(settings: Settings, city: City, keep?: (line: string) => void): Promise<Ledger> {
  const { dataDir, databaseUrl } = settings
  const embedded = databaseUrl === null ? await startEmbeddedPostgres({ dataDir, ...(keep && { keep }) }) : null
  try {
    const owner = embedded ? await embeddedDatabase(embedded) : { connectionString: databaseUrl! }
    await reachable(owner)
    const ledger = await openDatabase(owner, settings.masterKey ?? (await masterKeyIn(dataDir)), city)
    return {
      ...ledger,
      async close() {
        await ledger.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

/** The part of it that needs no settings: a database that is there, and its owner's way in. */
export async function openDatabase(owner: pg.PoolConfig, masterKey: Buffer, city: City): Promise<Ledger> {
  const { migrateQueue } = await import('#queue')
  await migrate(owner, (client) => migrateQueue(client, servingRole))
  const serving = servingConfig(owner)
  const pool = new pg.Pool({
    ...serving,
    max: 12,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: 30_000,
    // A connection whose other end is gone without a word would be waited on for ever, and with it every message behind.
    query_timeout: 10_000,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  // And so would one that breaks a second time while it is in use: its query, or the next, has the error already.
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    const keyring = await openKeyring(pool, masterKey)
    await importPeople(pool, city.people)
    return { pool, keyring, serving, close: () => pool.end() }
  } catch (error) {
    await pool.end()
    throw error
  }
}

async function embeddedDatabase(embedded: EmbeddedPostgres): Promise<pg.PoolConfig> {
  const client = new pg.Client(embedded.superuserConfig)
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (!rowCount) {
      await client.query(`CREATE DATABASE ${database}`).catch((error: { code?: string }) => {
        // Another process made it in this very moment.
        if (error.code !== '42P04' && error.code !== '23505') throw error
      })
    }
  } finally {
    await client.end()
  }
  return { ...embedded.superuserConfig, database }
}

async function reachable(owner: pg.PoolConfig): Promise<void> {
  const client = new pg.Client({ ...owner, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    throw new MashangError(`DATABASE_URL: the database can't be reached (${code ?? message})`, {
      code: 'DATABASE_UNREACHABLE',
      fix: 'Set DATABASE_URL to a running Postgres that this user may log in to, or leave it out for the embedded one',
      cause,
    })
  } finally {
    // Not waited for: a connection that carries nothing any more has no end.
    void client.end().catch(() => {})
  }
}

/** The key that wraps the data keys; made on first start, and never overwritten. */
async function masterKeyIn(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'master.key')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  await chmod(path, 0o600)
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64')
  if (key.length === 32) return key
  throw new MashangError(`${path} does not hold 32 bytes in base64`, {
    code: 'KEYRING_MASTER',
    fix: 'Bring the file back from a backup, or set MASTER_KEY',
  })
}

/** The conveyor of the settings: Redis where REDIS_URL names one, else the same Postgres. */
export async function openConveyor(settings: Settings, ledger: Ledger, log: QueueLog): Promise<Queues> {
  const { openQueues } = await import('#queue')
  const backend: QueueBackend =
    settings.redisUrl === null
      ? { kind: 'postgres', config: ledger.serving }
      : { kind: 'redis', url: settings.redisUrl }
  return openQueues(backend, { role: 'both', log })
}

/** Where fetched media are kept: the bucket where one is set, and the folder that may hold what was fetched before. */
export function vaultsOf({ dataDir, mediaBucket }: Settings): [MediaVault, ...MediaVault[]] {
  const folder = folderVault(join(dataDir, 'media'))
  return mediaBucket === null ? [folder] : [bucketVault(mediaBucket), folder]
}

/** The account's access token, which every process and command shares. */
export function tokensOf({ pool, keyring }: Ledger, { appId }: OfficialAccountSettings, clock: Clock): Tokens {
  return openTokens(pool, keyring, `official-account:${appId}`, clock)
}
