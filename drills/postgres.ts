import { join } from 'node:path'
import type { NetConnectOpts } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '#store'
import type { EmbeddedPostgresConnection } from '#store'
import { within } from './wait.ts'

/** A Postgres of the drill's own, with one database, that may be treated badly. */
export interface DrillPostgres {
  /** As its superuser, straight to it. */
  config: pg.PoolConfig
  /** Where a proxy connects to. */
  target(): NetConnectOpts
  /** kill -9 of the postmaster: a crash of the machine, as far as it can tell. It stays down until `start`. */
  kill(): Promise<void>
  /** kill -9 of one server process that serves somebody: the postmaster then throws all out and recovers. */
  killBackend(): Promise<boolean>
  /** Down at once, without waiting for anybody, until `start`. */
  shut(): Promise<void>
  start(): Promise<void>
  /** Nothing answers any more, and every connection stays open. */
  freeze(): Promise<void>
  thaw(): void
  /** Forgets every job of the queue. */
  wipeQueue(): Promise<void>
  /** From now on the messages can be read and not written, as while somebody builds an index on them. */
  hold(): Promise<Hold>
  /** Down for good. */
  end(): Promise<void>
}

export interface Hold {
  /** How many sessions of the house wait for a lock: on what is held, or on one another. */
  waiting(): Promise<number>
  release(): Promise<void>
}

const database = 'mashang'
const socketPort = 5432

export async function startPostgres(dataDir: string): Promise<DrillPostgres> {
  let server: EmbeddedPostgresConnection = await startEmbeddedPostgres({ dataDir })
  let frozen: number[] = []
  const config = { ...server.superuserConfig, database }
  await once({ ...server.superuserConfig }, `CREATE DATABASE ${database}`)
  const endWithUs = (): void => {
    for (const pid of frozen) signal(pid, 'SIGCONT')
    signal(server.pid, 'SIGQUIT')
  }
  process.once('exit', endWithUs)

  const processes = async (): Promise<number[]> => {
    const { rows } = await once(config, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    return rows.map((row) => row['pid'] as number)
  }

  async function down(how: NodeJS.Signals): Promise<void> {
    const children = await processes().catch(() => [])
    signal(server.pid, how)
    // A next start finds their shared memory still in use while one of them lives.
    await within(20_000, () => [server.pid, ...children].every((pid) => !isAlive(pid)))
  }

  return {
    config,
    target: () =>
      process.platform === 'win32'
        ? { host: config.host, port: config.port }
        : { path: join(config.host, `.s.PGSQL.${socketPort}`) },
    kill: () => down('SIGKILL'),
    shut: () => down('SIGQUIT'),
    async killBackend() {
      const { rows } = await once(
        config,
        `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
           AND datname = '${database}' ORDER BY state = 'idle', backend_start DESC LIMIT 1`,
      )
      const pid = rows[0]?.['pid'] as number | undefined
      if (pid !== undefined) signal(pid, 'SIGKILL')
      return pid !== undefined
    },
    async start() {
      const started = await within(30_000, () => startEmbeddedPostgres({ dataDir }).catch(() => null), 200)
      server = started ?? findEmbeddedPostgres(dataDir) ?? server
      if (!started) throw new Error('Postgres does not come up again')
    },
    async freeze() {
      frozen = [server.pid, ...(await processes())]
      for (const pid of frozen) signal(pid, 'SIGSTOP')
    },
    thaw() {
      for (const pid of frozen.splice(0).reverse()) signal(pid, 'SIGCONT')
    },
    async wipeQueue() {
      for (const table of ['job', 'event', 'metrics', 'rate_limit']) await once(config, `DELETE FROM bullmq.${table}`)
    },
    hold: () => holdMessages(config),
    async end() {
      process.off('exit', endWithUs)
      await down('SIGQUIT')
    },
  }
}

async function holdMessages(config: pg.ClientConfig): Promise<Hold> {
  const client = await connected(config)
  await client.query('BEGIN')
  await client.query('LOCK TABLE message IN SHARE MODE')
  return {
    async waiting() {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
      )
      return rows[0]!.count
    },
    release: () => client.end().catch(() => {}),
  }
}

/** A server of which a process was killed a moment ago recovers first (57P03), and is waited for. */
async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const deadline = performance.now() + 15_000
  for (;;) {
    const client = new pg.Client({ ...config, connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      if ((error as { code?: string }).code !== '57P03' || performance.now() > deadline) throw error
      await pause(100)
    }
  }
}

async function once(config: pg.ClientConfig, statement: string): Promise<{ rows: Record<string, unknown>[] }> {
  const client = await connected(config)
  try {
    return await client.query<Record<string, unknown>>(statement)
  } finally {
    await client.end().catch(() => {})
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
