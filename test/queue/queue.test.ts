import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { migrateQueue, openQueues } from '#queue'
import { startEmbeddedPostgres } from '../../store/embedded/index.ts'
import { testDatabase } from '../support/postgres.ts'
import { startRedis } from '../support/redis.ts'
import { aJob, eventually, recorder } from './arena.ts'
import { conformance } from './conformance.ts'
import { breakingServer, deafeningServer, movingServer, stoppingServer } from './wires.ts'
import type pg from 'pg'
import type { Queues } from '#queue'

const role = 'queue_test_serving'

async function asOwner<T>(config: pg.PoolConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const prepare = (client: Client) =>
  client.query(`DO $$ BEGIN CREATE ROLE ${role} NOSUPERUSER NOBYPASSRLS; EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; END $$`)

/** A database with the queue in it, and the settings to serve from it as a role that owns nothing. */
async function queueDatabase() {
  const database = await testDatabase()
  await asOwner(database.config, async (client) => {
    await prepare(client)
    await migrateQueue(client, role)
  })
  const serving: pg.PoolConfig = { ...database.config, options: `-c role=${role}` }
  return { ...database, serving }
}

conformance('Postgres', async () => {
  const { config, serving, drop } = await queueDatabase()
  const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
  return {
    target: { kind: 'postgres', config: serving },
    connections: () => asOwner(config, async (client) => (await client.query(`SELECT 1 ${others}`)).rowCount ?? 0),
    cut: () =>
      asOwner(config, async (client) => void (await client.query(`SELECT pg_terminate_backend(pid) ${others}`))),
    end: drop,
  }
})

conformance('Redis', async () => {
  const server = await startRedis()
  const admin = new Redis(server.url)
  return {
    target: { kind: 'redis', url: server.url },
    connections: async () =>
      String(await admin.client('LIST'))
        .trim()
        .split('\n').length - 1,
    cut: async () => void (await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
    end: async () => {
      admin.disconnect()
      await server.stop()
    },
  }
})

describe('the queue in Postgres', () => {
  it('migrates twice at once, and lets the serving role own and alter nothing', async () => {
    const { config, drop } = await testDatabase()
    try {
      await asOwner(config, prepare)
      const migrated = () => asOwner(config, (client) => migrateQueue(client, role))
      await Promise.all([migrated(), migrated()])
      await asOwner({ ...config, options: `-c role=${role}` }, async (client) => {
        expect((await client.query('SELECT * FROM bullmq.job')).rows).toEqual([])
        await expect(client.query('CREATE TABLE bullmq.mine ()')).rejects.toThrow('permission denied')
        await expect(client.query('DELETE FROM bullmq.migration')).rejects.toThrow('permission denied')
      })
    } finally {
      await drop()
    }
  })

  it.each([
    ['nothing is missing', 'SELECT 1', false],
    ['another version was there', `COMMENT ON SCHEMA bullmq IS 'mashang: BullMQ 5.0.0'`, true],
    ['a copy has no grants', `REVOKE SELECT ON ALL TABLES IN SCHEMA bullmq FROM ${role}`, true],
    ['a copy may only read', `REVOKE INSERT ON bullmq.job FROM ${role}`, true],
    ['a copy may call nothing', `REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq FROM ${role}, PUBLIC`, true],
    ['a copy has not even a way in', `REVOKE ALL ON SCHEMA bullmq FROM ${role}`, true],
    ['the queue is gone', 'DROP SCHEMA bullmq CASCADE', true],
  ])('is migrated anew where that is needed: %s', async (_, change, anew) => {
    const { config, serving, drop } = await queueDatabase()
    const marked = async (client: Client) =>
      (await client.query<{ xmin: string }>(`SELECT xmin FROM pg_description WHERE objoid = to_regnamespace('bullmq')`))
        .rows
    try {
      await asOwner(config, async (client) => {
        await client.query(change)
        const before = await marked(client)
        await migrateQueue(client, role)
        if (anew) expect(await marked(client)).not.toEqual(before)
        else expect(await marked(client)).toEqual(before)
      })
      const { rows } = await asOwner(serving, (client) => client.query('SELECT * FROM bullmq.job'))
      expect(rows).toEqual([])
    } finally {
      await drop()
    }
  })

  it('uses one pool: 2 connections for a producer, 7 for a process that works all four kinds', async () => {
    const { config, serving, drop } = await queueDatabase()
    const used = (name: string) =>
      asOwner(config, async (client) => {
        const { rows } = await client.query(
          'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
          [name],
        )
        return rows.length
      })
    const target = (name: string) => ({ kind: 'postgres' as const, config: { ...serving, application_name: name } })
    const producer = await openQueues(target('only-adds'), { role: 'producer' })
    const both = await openQueues(target('does-both'), { role: 'both' })
    try {
      await Promise.all(Array.from({ length: 40 }, () => producer.addBulk([aJob()])))
      expect(await used('only-adds')).toBe(2)
      const { seen, handler } = recorder()
      both.work('deliver', handler, { concurrency: 20 })
      for (const other of ['due', 'erase', 'media'] as const)
        both.work(other, async () => ({ do: 'done' }), { concurrency: 20 })
      await eventually(() => expect(seen).toHaveLength(40))
      await Promise.all(Array.from({ length: 40 }, () => both.ping()))
      await eventually(async () => expect(await used('does-both')).toBe(7))
    } finally {
      await Promise.all([producer.close(), both.close()])
      await drop()
    }
  })

  it('outlives its server: a job that ended meanwhile is not run again', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'mashang-queue-'))
    let server = await startEmbeddedPostgres({ dataDir })
    let queues: Queues | undefined
    try {
      await asOwner(server.superuserConfig, (client) => migrateQueue(client, server.superuserConfig.user))
      queues = await openQueues({ kind: 'postgres', config: server.superuserConfig }, { role: 'both' })
      const ran: string[] = []
      const { promise: running, resolve: end } = Promise.withResolvers<void>()
      queues.work('deliver', async (_, { id }) => (ran.push(id), await running, { do: 'done' }), { concurrency: 2 })
      await queues.addBulk([aJob({ id: 'm-before-0' })])
      await eventually(() => expect(ran).toHaveLength(1))
      await server.stop()
      end()
      await expect(queues.addBulk([aJob()])).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
      server = await startEmbeddedPostgres({ dataDir })
      await eventually(() => queues!.addBulk([aJob({ id: 'm-after-0' })]))
      await eventually(() => expect(ran).toEqual(['m-before-0', 'm-after-0']))
      await eventually(async () => expect((await queues!.counts('deliver')).active).toBe(0))
      expect(ran).toHaveLength(2)
    } finally {
      await queues?.close(200)
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('takes jobs again after the connection it waits on carries nothing any more', async () => {
    const { serving, drop } = await queueDatabase()
    const wire = await deafeningServer(serving)
    const config = { ...serving, host: '127.0.0.1', port: wire.port }
    const queues = await openQueues({ kind: 'postgres', config }, { role: 'both', timeLimitMs: 500 })
    try {
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 2 })
      await eventually(() => expect(wire.deaf()).toBe(1))
      await queues.addBulk([aJob()])
      // Six times the limit until it is given up, and BullMQ's own five seconds.
      await eventually(() => expect(seen).toHaveLength(1), 20_000)
      // From now on it is woken again, and does not find its jobs only by looking every five seconds.
      await queues.addBulk([aJob()])
      await eventually(() => expect(seen).toHaveLength(2), 3_000)
    } finally {
      await queues.close(200)
      wire.close()
      await drop()
    }
  })

  it('closes without a complaint though the server stops in that moment', async () => {
    const { serving, drop } = await queueDatabase()
    const wire = await stoppingServer(serving)
    const complaints: unknown[] = []
    const log = { info() {}, warn() {}, error: (details: object) => void complaints.push(details) }
    try {
      const queues = await openQueues(
        { kind: 'postgres', config: { ...serving, host: '127.0.0.1', port: wire.port } },
        { role: 'both', log },
      )
      await queues.close()
      await wire.stopped()
      expect(complaints).toEqual([])
    } finally {
      wire.close()
      await drop()
    }
  })

  it('says what is missing: the migration, or the server', async () => {
    const { config, drop } = await testDatabase()
    const open = (more: pg.PoolConfig) =>
      openQueues({ kind: 'postgres', config: { ...config, ...more } }, { role: 'producer' })
    await expect(open({})).rejects.toMatchObject({ code: 'QUEUE_NOT_MIGRATED' })
    await expect(open({ host: '/nowhere' })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      status: 503,
    })
    await drop()
  })
})

describe('the queue in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>
  let admin: Redis
  const opened: Queues[] = []
  const open = async (url = server.url) => {
    const queues = await openQueues({ kind: 'redis', url }, { role: 'both', timeLimitMs: 500 })
    opened.push(queues)
    return queues
  }

  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis(server.url)
    admin.on('error', () => {})
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close(200)))
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  it('refuses a server that may throw jobs away', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await expect(open()).rejects.toMatchObject({
      code: 'REDIS_EVICTION',
      fix: expect.stringContaining('maxmemory-policy noeviction'),
    })
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await (await open()).ping()
  })

  it('says that it cannot be reached, without the password', async () => {
    for (const url of ['redis://:hush@127.0.0.1:1', 'http://:hush@127.0.0.1', 'nonsense hush']) {
      const failure = await openQueues({ kind: 'redis', url }, { role: 'both' }).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'REDIS_UNREACHABLE', fix: expect.stringContaining('REDIS_URL') })
      expect(JSON.stringify(failure) + String(failure)).not.toContain('hush')
    }
  })

  it('does not hang on a frozen server, and goes on when it thaws', async () => {
    const queues = await open()
    const { seen, handler } = recorder()
    queues.work('deliver', handler, { concurrency: 1 })
    await queues.addBulk([aJob()])
    await eventually(() => expect(seen).toHaveLength(1))
    await server.freeze()
    try {
      for (const call of [() => queues.addBulk([aJob()]), () => queues.ping(), () => queues.counts('deliver')]) {
        const from = performance.now()
        await expect(call()).rejects.toMatchObject({ code: 'QUEUE_TIMEOUT' })
        expect(performance.now() - from).toBeLessThan(1_500)
      }
    } finally {
      await server.thaw()
    }
    await eventually(() => queues.addBulk([aJob({ id: 'm-thawed-0' })]))
    await eventually(() => expect(seen.map(({ id }) => id)).toContain('m-thawed-0'), 15_000)
  })

  it('closes though the server is frozen', async () => {
    const queues = await open()
    queues.work('deliver', recorder().handler, { concurrency: 1 })
    await queues.ping()
    await server.freeze()
    try {
      const from = performance.now()
      await queues.close(300)
      expect(performance.now() - from).toBeLessThan(2_500)
    } finally {
      await server.thaw()
    }
  })

  it('takes jobs though its server broke off while it began to wait for them', async () => {
    const wire = await breakingServer(server.url)
    try {
      const queues = await open(wire.url)
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 1 })
      await eventually(() => expect(wire.broken()).toBe(1))
      await queues.addBulk([aJob({ id: 'm-broken-0' })])
      await eventually(() => expect(seen.map(({ id }) => id)).toContain('m-broken-0'))
    } finally {
      wire.close()
    }
  })

  it('leaves a server that was made a replica for the one in its place', async () => {
    const own = await startRedis()
    const wire = await movingServer(own.url)
    const demote = new Redis(own.url)
    try {
      const queues = await open(wire.url)
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([aJob()])
      await eventually(() => expect(seen).toHaveLength(1))
      wire.lead(server.url)
      // Connections stay as they are.
      await demote.replicaof('127.0.0.1', 1)
      await eventually(() => queues.addBulk([aJob({ id: 'm-promoted-0' })]))
      await eventually(() => expect(seen.map(({ id }) => id)).toContain('m-promoted-0'))
    } finally {
      demote.disconnect()
      wire.close()
      await own.stop()
    }
  })

  it('outlives its server, says so in a few lines, and works for the one that takes its place', async () => {
    const own = await startRedis()
    const kinds = new Map<string, number>()
    const say = (details: { queue?: string; code?: string; name?: string }, message: string) => {
      const kind = `${message} ${details.queue} ${details.code ?? details.name}`
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    const from = performance.now()
    const queues = await openQueues(
      { kind: 'redis', url: own.url },
      { role: 'both', timeLimitMs: 1_000, log: { info: say, warn: say, error: say } },
    )
    const { seen, handler } = recorder()
    queues.work('deliver', handler, { concurrency: 1 })
    await own.kill()
    for (let tries = 0; tries < 5; tries += 1)
      await expect(queues.addBulk([aJob()])).rejects.toMatchObject({ status: 503, fix: expect.any(String) })
    expect(kinds.size).toBeGreaterThan(0)
    // Four queues and the connection, each reset, closed and refused; how many of them are met is the machine's affair.
    expect(kinds.size).toBeLessThanOrEqual(5 * 3)
    const tenSeconds = Math.ceil((performance.now() - from) / 10_000)
    expect([...kinds].filter(([, lines]) => lines > tenSeconds)).toEqual([])
    const again = await startRedis({ port: own.port })
    try {
      await eventually(() => queues.addBulk([aJob({ id: 'm-reborn-0' })]))
      await eventually(() => expect(seen.map(({ id }) => id)).toEqual(['m-reborn-0']))
    } finally {
      await queues.close(200)
      await again.stop()
    }
  })
})
