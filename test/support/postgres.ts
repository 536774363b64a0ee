import { randomBytes } from 'node:crypto'

import pg from 'pg'
import { inject } from 'vitest'

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
export async function testDatabase(): Promise<TestDatabase> {
  const server = await runningServer()
  const name = `t_${randomBytes(6).toString('hex')}`
  await asSuperuser(server, `create database ${name} template template0`)
  return {
    config: { ...server.superuserConfig, database: name },
    connectionString: (user) => server.connectionString(name, user),
    drop: () => asSuperuser(server, `drop database if exists ${name} with (force)`),
  }
}

/** A pool whose connections may be cut, by a test or by `drop`, without ending the test process. */
export function testPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...config, pipeline: true })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Whichever test asks first starts it; it is never stopped from here. */
async function runningServer(): Promise<EmbeddedPostgresConnection> {
  const dataDir = inject('postgresFolder')
  return findEmbeddedPostgres(dataDir) ?? startEmbeddedPostgres({ dataDir })
}

async function asSuperuser(server: EmbeddedPostgresConnection, statement: string): Promise<void> {
  const client = new pg.Client(server.superuserConfig)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
