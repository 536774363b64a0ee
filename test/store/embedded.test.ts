import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { findEmbeddedPostgres, startEmbeddedPostgres } from '../../store/embedded/index.ts'
import type { EmbeddedPostgresConnection } from '../../store/embedded/index.ts'
import { until } from '../support/house.ts'
import { testDatabase } from '../support/postgres.ts'

const asRoot = process.getuid?.() === 0
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-embedded-'))
})

afterEach(async () => {
  // Whatever a test left running goes with its folder.
  for (const dataDir of [folder, join(folder, 'data')]) {
    const server = findEmbeddedPostgres(dataDir)
    if (server) await (await startEmbeddedPostgres({ dataDir })).stop()
  }
  rmSync(folder, { recursive: true, force: true })
})

describe('a fresh folder', () => {
  test('gets a cluster that answers, sorts by code point and keeps its promises on disk', async () => {
    const lines: string[] = []
    const server = await startEmbeddedPostgres({ dataDir: folder, log: (line) => lines.push(line) })
    expect(server.adopted).toBe(false)
    expect(lines).toHaveLength(2)
    const settings = [
      'server_encoding',
      'data_checksums',
      'fsync',
      'synchronous_commit',
      'listen_addresses',
      'TimeZone',
    ]
    const values = await Promise.all(settings.map((name) => ask(server, `select current_setting('${name}') as it`)))
    expect(values).toEqual(['UTF8', 'on', 'on', 'on', '', 'UTC'])
    expect(await ask(server, `select upper('é码a') as it`)).toBe('É码A')
    expect(await ask(server, `select datlocprovider::text as it from pg_database limit 1`)).toBe('b')
    await server.stop()
    await server.stop()
    expect(findEmbeddedPostgres(folder)).toBeNull()
    expect(isRunning(server.pid)).toBe(false)
  })

  test('keeps its data over a stop, behind a door of mode 700', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder })
    await ask(first, 'create table kept as select 42 as it')
    expect(statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700)
    await first.stop()
    const second = await startEmbeddedPostgres({ dataDir: folder })
    expect(second.adopted).toBe(false)
    expect(await ask(second, 'select it from kept')).toBe(42)
    await second.stop()
  })

  test('is made when absent, for its owner alone', async () => {
    const dataDir = join(folder, 'data')
    const server = await startEmbeddedPostgres({ dataDir })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    await server.stop()
  })

  test('with a space, a comma and an apostrophe in its path', async () => {
    const dataDir = join(folder, `it's, mine 码`)
    const server = await startEmbeddedPostgres({ dataDir })
    expect(await ask(server, 'select 1 as it')).toBe(1)
    await server.stop()
  })
})

describe('beside other processes', () => {
  test('a server whose starter was killed is adopted and then stopped', async () => {
    const { child, pid } = await startElsewhere()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isRunning(pid)).toBe(true)
    const server = await startEmbeddedPostgres({ dataDir: folder })
    expect(server).toMatchObject({ adopted: true, pid })
    await server.stop()
    expect(isRunning(pid)).toBe(false)
  })

  test('a command finds the server and leaves it alone', async () => {
    expect(findEmbeddedPostgres(folder)).toBeNull()
    const { child, pid } = await startElsewhere()
    const found = findEmbeddedPostgres(folder)!
    expect(found.pid).toBe(pid)
    expect(await ask(found, 'select 1 as it')).toBe(1)
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(isRunning(pid)).toBe(false)
  })

  test('of two at once on a new folder one starts, one adopts, and the last to leave stops it', async () => {
    const [one, two] = await Promise.all([startElsewhere(), startElsewhere()])
    expect(one.adopted).toBe(!two.adopted)
    expect(one.pid).toBe(two.pid)
    one.child.kill('SIGTERM')
    await once(one.child, 'exit')
    expect(isRunning(one.pid)).toBe(true)
    expect(await ask(findEmbeddedPostgres(folder)!, 'select 1 as it')).toBe(1)
    two.child.kill('SIGTERM')
    await once(two.child, 'exit')
    expect(isRunning(one.pid)).toBe(false)
  })

  test('who lost the lease with a crash takes it again, and the next to leave does not stop the server', async () => {
    const house = await startEmbeddedPostgres({ dataDir: folder, keep: () => {} })
    const [lease] = await leases(house)
    // As when one of its processes was killed: the server throws every session out.
    await ask(house, `select pg_terminate_backend(${lease}) as it`)
    await until(async () => {
      const held = await leases(house)
      return held.length === 1 && held[0] !== lease
    })
    const command = await startEmbeddedPostgres({ dataDir: folder })
    await command.stop()
    expect(await ask(house, 'select 1 as it')).toBe(1)
    await house.stop()
    expect(isRunning(house.pid)).toBe(false)
  })

  test('a start that meets a stop waits and starts anew', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder })
    const stopped = first.stop()
    const second = await startEmbeddedPostgres({ dataDir: folder })
    await stopped
    expect(await ask(second, 'select 1 as it')).toBe(1)
    await second.stop()
  })
})

describe('what a crash leaves', () => {
  test('a killed server recovers what was committed', async () => {
    const { child, pid } = await startElsewhere()
    await ask(findEmbeddedPostgres(folder)!, 'create table kept as select 42 as it')
    process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = await startEmbeddedPostgres({ dataDir: folder })
    expect(server.adopted).toBe(false)
    expect(await ask(server, 'select it from kept')).toBe(42)
    await server.stop()
  })

  test('a server that is killed under whoever keeps it is started again, where it was, with what was committed', async () => {
    const lines: string[] = []
    const server = await startEmbeddedPostgres({ dataDir: folder, keep: (line) => lines.push(line) })
    await ask(server, 'create table kept as select 42 as it')
    const killed = server.pid
    process.kill(killed, 'SIGKILL')
    await until(async () => (await ask(server, 'select it from kept').catch(() => null)) === 42)
    await until(() => Promise.resolve(lines.at(-1) === 'Postgres was started again'))
    expect(server.pid).not.toBe(killed)
    await server.stop()
    expect(isRunning(server.pid)).toBe(false)
  })

  test('a stop in the moment of a crash leaves no server behind', async () => {
    const server = await startEmbeddedPostgres({ dataDir: folder, keep: () => {} })
    process.kill(server.pid, 'SIGKILL')
    await until(() => Promise.resolve(!isRunning(server.pid)))
    await server.stop()
    expect(findEmbeddedPostgres(folder)).toBeNull()
  })

  test('a cluster that is gone is not made anew under whoever keeps it', async () => {
    const lines: string[] = []
    const server = await startEmbeddedPostgres({ dataDir: folder, keep: (line) => lines.push(line) })
    rmSync(join(folder, 'postgres'), { recursive: true })
    process.kill(server.pid, 'SIGKILL')
    await until(() => Promise.resolve(lines.some((line) => line.includes("didn't start"))))
    await server.stop()
    expect(existsSync(join(folder, 'postgres', 'PG_VERSION'))).toBe(false)
  })

  test('a postmaster.pid whose number now belongs to a stranger stops no one', async () => {
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    const cluster = join(folder, 'postgres')
    // Our own process: alive, the same user, not a postgres of this folder.
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n0\n5432\n${cluster}\n\n0 0\nready   \n`)
    expect(findEmbeddedPostgres(folder)).toBeNull()
    const server = await startEmbeddedPostgres({ dataDir: folder })
    expect(server.adopted).toBe(false)
    await server.stop()
  })

  test('half a cluster of a start that was killed is cleared away', async () => {
    const draft = join(folder, 'postgres.new-4194305-abcd')
    mkdirSync(draft)
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    expect(existsSync(draft)).toBe(false)
  })
})

describe('folders of every kind', () => {
  test('a path too long for a socket gets a short folder of its own', async () => {
    const dataDir = join(folder, '很'.repeat(30), 'x'.repeat(40))
    expect(Buffer.byteLength(dataDir)).toBeGreaterThan(107)
    const server = await startEmbeddedPostgres({ dataDir })
    const { host } = server.superuserConfig
    expect(host).not.toContain(dataDir)
    expect(statSync(host).mode & 0o777).toBe(0o700)
    expect(await ask(findEmbeddedPostgres(dataDir)!, 'select 1 as it')).toBe(1)
    await server.stop()
    rmSync(host, { recursive: true })
  })

  test('a folder only its owner may enter', async () => {
    chmodSync(folder, 0o700)
    const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data') })
    expect(await ask(server, 'select 1 as it')).toBe(1)
    if (asRoot) expect(statSync(join(folder, 'data', 'postgres')).uid).toBe(0)
    await server.stop()
  })

  test('an unwritable one is refused with the setting that mends it', async () => {
    // Below a file nobody may write, root included.
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const refusal = { code: 'DATA_DIR_UNWRITABLE', fix: expect.stringContaining('DATA_DIR') as string }
    await expect(startEmbeddedPostgres({ dataDir: join(file, 'data') })).rejects.toMatchObject(refusal)
  })

  test("one whose name pg_ctl's shell would read otherwise is refused", async () => {
    for (const name of ['a"b', 'a$HOME', 'a`b']) {
      const refused = startEmbeddedPostgres({ dataDir: join(folder, name) })
      await expect(refused).rejects.toMatchObject({ code: 'DATA_DIR_NAME' })
    }
  })

  test('one of another Postgres is left untouched', async () => {
    const cluster = join(folder, 'postgres')
    mkdirSync(cluster)
    writeFileSync(join(cluster, 'PG_VERSION'), '16\n')
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({ code: 'DATA_DIR_VERSION' })
    expect(readFileSync(join(cluster, 'PG_VERSION'), 'utf8')).toBe('16\n')
  })

  test('a server that cannot start says why', async () => {
    await (await startEmbeddedPostgres({ dataDir: folder })).stop()
    writeFileSync(join(folder, 'postgres', 'postgresql.auto.conf'), "shared_buffers = 'no size'\n")
    const refusal = { code: 'EMBEDDED_POSTGRES_START', message: expect.stringContaining('shared_buffers') as string }
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject(refusal)
  })
})

test('the log file never holds what a failing statement said', async () => {
  const server = await startEmbeddedPostgres({ dataDir: folder })
  await expect(ask(server, `select '某人的话'::int as it`)).rejects.toThrow('某人的话')
  await server.stop()
  expect(readFileSync(join(folder, 'postgres.log'), 'utf8')).not.toContain('某人')
})

test('the connection string leads to the named database as the named role', async () => {
  const database = await testDatabase()
  const client = new pg.Client({ connectionString: database.connectionString() })
  await client.connect()
  const { rows } = await client.query('select current_database() as name, current_user as role')
  await client.end()
  expect(rows).toEqual([{ name: database.config.database, role: 'postgres' }])
  await database.drop()
  await expect(ask({ superuserConfig: database.config }, 'select 1 as it')).rejects.toMatchObject({ code: '3D000' })
})

async function ask(server: Pick<EmbeddedPostgresConnection, 'superuserConfig'>, sql: string): Promise<unknown> {
  const client = new pg.Client(server.superuserConfig)
  await client.connect()
  try {
    const { rows } = await client.query<{ it: unknown }>(sql)
    return rows[0]?.it
  } finally {
    await client.end()
  }
}

/** The process ids of the sessions that hold one. */
async function leases(server: EmbeddedPostgresConnection): Promise<number[]> {
  const listed = await ask(
    server,
    `select coalesce(string_agg(pid::text, ','), '') as it from pg_stat_activity where application_name = 'mashang lease'`,
  )
  return String(listed).split(',').filter(Boolean).map(Number)
}

interface Elsewhere {
  child: ChildProcess
  pid: number
  adopted: boolean
}

/** Starts or adopts the folder's server from a process of its own. */
async function startElsewhere(): Promise<Elsewhere> {
  const script = join(import.meta.dirname, '..', 'support', 'start-postgres.ts')
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ...(JSON.parse(line.toString()) as { pid: number; adopted: boolean }) }
}

/** A zombie has ended: whose child it was just hasn't asked. On Linux its command line is empty. */
function isRunning(pid: number): boolean {
  const cmdline = `/proc/${pid}/cmdline`
  if (process.platform === 'linux') return existsSync(cmdline) && readFileSync(cmdline, 'utf8') !== ''
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
