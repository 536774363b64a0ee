import { randomBytes } from 'node:crypto'

import pg from 'pg'
import { inject } from 'vitest'

import { migrateQueue } from '#queue'
import { migrate, servingRole } from '#store'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../../store/embedded/index.ts'
import type { EmbeddedPostgresConnection, SuperuserConfig } from '../../store/embedded/index.ts'

export interface TestDatabase {
  /** For `new pg.Client()` and `new pg.Pool()`, as the superuser. */
  config: SuperuserConfig
  /** The same as a URL, for another role if named. */
  connectionString(user?: string): string
  /** Ends every connection to it and removes it; without it the run's end does. */
  drop(): Promise<void>
}

/** A new, empty database of this run's Postgres. Roles are the whole server's: name them by the database, or make them once. */
export function testDatabase(): Promise<TestDatabase> {
  return copyOf('template0')
}

/** A new ledger with nobody in it: a copy of one that was migrated once in this run, which takes a quarter of the time. */
export async function testLedger(): Promise<TestDatabase> {
  await (made ??= makeLedger())
  return copyOf(emptyLedger)
}

const emptyLedger = 'empty_ledger'
let made: Promise<void> | undefined

/** Whichever test file comes first makes it; it has its name only once it is whole. */
async function makeLedger(): Promise<void> {
  const { server, client } = await admin()
  await client.query(`select pg_advisory_lock(hashtext('${emptyLedger}'))`)
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [emptyLedger])
    if (rowCount) return
    const unfinished = `unfinished_${emptyLedger}`
    await client.query(`drop database if exists ${unfinished} with (force)`)
    await client.query(`create database ${unfinished} template template0`)
    await migrate({ ...server.superuserConfig, database: unfinished }, (owner) => migrateQueue(owner, servingRole))
    await client.query(`alter database ${unfinished} rename to ${emptyLedger}`)
  } finally {
    await client.query(`select pg_advisory_unlock(hashtext('${emptyLedger}'))`)
  }
}

async function copyOf(template: string): Promise<TestDatabase> {
  const { server, client } = await admin()
  const name = `t_${randomBytes(6).toString('hex')}`
  await client.query(`create database ${name} template ${template}`)
  return {
    config: { ...server.superuserConfig, database: name },
    connectionString: (user) => server.connectionString(name, user),
    async drop() {
      await client.query(`drop database if exists ${name} with (force)`)
    },
  }
}

/** A pool whose connections may be cut, by a test or by `drop`, without ending the test process. */
export function testPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, pipeline: true })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

interface Admin {
  server: EmbeddedPostgresConnection
  client: pg.Client
}

let opened: Promise<Admin> | undefined

/** One connection for the whole file: the first database that a connection makes takes it three times as long as the next. */
function admin(): Promise<Admin> {
  return (opened ??= open())
}

/** Whichever test asks first starts the server; it is never stopped from here. */
async function open(): Promise<Admin> {
  const dataDir = inject('postgresFolder')
  const server = findEmbeddedPostgres(dataDir) ?? (await startEmbeddedPostgres({ dataDir }))
  const client = new pg.Client(server.superuserConfig)
  client.on('error', () => {})
  await client.connect()
  return { server, client }
}
