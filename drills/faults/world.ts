import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Clock } from '#base'
import { loadCity } from '#config'
import type { City } from '#config'
import { startOfficialAccountSimulator } from '#simulators'
import type { Person, Simulator } from '#simulators'
import { createBindingCode } from '#store'
import { plantIn } from '../bugs/bugs.ts'
import { freePort } from '../ports.ts'
import { startPostgres } from '../postgres.ts'
import type { DrillPostgres } from '../postgres.ts'
import { startProxy } from '../proxy.ts'
import type { Proxy } from '../proxy.ts'
import { startRedis } from '../redis.ts'
import type { DrillRedis } from '../redis.ts'
import { within } from '../wait.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { drillClock } from './clock.ts'
import type { DrillClock } from './clock.ts'
import type { Plan } from './plan.ts'

/** A house as it stands in the field, each part its own process, and the city around it. */
export interface World {
  city: City
  masterKey: Buffer
  clock: DrillClock
  platform: Simulator
  bots: Child[]
  workers: Child[]
  postgres: DrillPostgres
  redis: DrillRedis | null
  /** The wires from the house to its servers, and from the platform to whichever bot is up. */
  wires: { postgres: Proxy; redis: Proxy | null; webhook: Proxy }
  /** Each bot's own address, for copies of one push that a load balancer happens to spread. */
  doors: string[]
  /** As the database's superuser, past the wires. */
  pool: pg.Pool
  /** Bound deputies by their id on the rolls. */
  deputies: Map<string, Person>
  /** Ends whatever is still there. */
  close(): Promise<void>
}

export interface WorldOptions {
  plan: Plan
  /** What the platform waits for an answer before it tries again. */
  pushTimeoutMs: number
  bug: string | null
  /** A folder for the house's logs, which are then more talkative. */
  logs: string | null
}

const account = () => ({
  appId: `wx${randomBytes(8).toString('hex')}`,
  appSecret: randomBytes(16).toString('hex'),
  token: randomBytes(12).toString('hex'),
  aesKey: `${randomBytes(21).toString('hex')}A`,
})

// Every server and process of a world ends with us, if need be, and there may be several worlds.
setMaxListeners(50, process)

export async function openWorld({ plan, pushTimeoutMs, bug, logs }: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'mashang-drill-'))
  const city = loadCity('baiyin-demo')
  const masterKey = randomBytes(32)
  const removeWithUs = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeWithUs)
  const ends: (() => Promise<unknown> | void)[] = [
    () => void process.off('exit', removeWithUs),
    () => rm(folder, { recursive: true, force: true }),
  ]
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await Promise.resolve(end()).catch(() => {})
  }
  try {
    const clockFile = join(folder, 'clock')
    const clock = drillClock(clockFile)
    const keys = account()
    const { mode } = plan
    const platform = await startOfficialAccountSimulator({
      ...keys,
      mode,
      clock,
      attempts: 3,
      timeoutMs: pushTimeoutMs,
    })
    ends.push(() => platform.close())

    const postgres = await startPostgres(join(folder, 'data'))
    ends.push(() => postgres.end())
    const redis = plan.backend === 'redis' ? await startRedis() : null
    if (redis) ends.push(() => redis.end())
    const wires = {
      postgres: await startProxy(postgres.target),
      redis: redis && (await startProxy(() => ({ host: '127.0.0.1', port: redis.port }))),
    }
    ends.push(() => wires.postgres.close())
    if (wires.redis) ends.push(() => wires.redis!.close())
    const pool = new pg.Pool({
      ...postgres.config,
      max: 3,
      pipeline: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 15_000,
    })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    ends.push(() => pool.end())

    const env = {
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: `postgres://postgres@127.0.0.1:${wires.postgres.port}/mashang?sslmode=disable`,
      REDIS_URL: wires.redis ? `redis://127.0.0.1:${wires.redis.port}` : '',
      MASTER_KEY: masterKey.toString('base64'),
      LOG_LEVEL: logs === null ? 'warn' : 'debug',
      OFFICIAL_ACCOUNT_APP_ID: keys.appId,
      OFFICIAL_ACCOUNT_APP_SECRET: keys.appSecret,
      OFFICIAL_ACCOUNT_TOKEN: keys.token,
      OFFICIAL_ACCOUNT_AES_KEY: mode === 'plain' ? '' : keys.aesKey,
      OFFICIAL_ACCOUNT_API_URL: platform.url,
      OFFICIAL_ACCOUNT_MP_URL: platform.url,
      MASHANG_CLOCK_FILE: clockFile,
    }
    const { preload, env: bugEnv } = plantIn(bug)
    const child = (name: string, part: 'bot' | 'workers', port: number): Child => {
      const started = startChild({ name, part, preload, logs, env: { ...env, PORT: String(port), ...bugEnv } })
      ends.push(() => started.stop(3_000))
      return started
    }
    const ports = await Promise.all(Array.from({ length: plan.bots }, freePort))
    const bots = ports.map((port, index) => child(`bot ${index + 1}`, 'bot', port))
    const workers = Array.from({ length: plan.workers }, (_, index) =>
      child(`worker ${index + 1}`, 'workers', ports[0]!),
    )
    for (const each of [...bots, ...workers]) {
      if (!(await each.up(60_000))) throw new Error(`${each.name} does not start`)
    }
    let turn = 0
    const webhook = await startProxy(() => {
      // As a load balancer does: by turns, among those that run.
      const running = ports.filter((_, index) => bots[index]!.isUp)
      return { host: '127.0.0.1', port: running[turn++ % running.length] ?? ports[0]! }
    })
    ends.push(() => webhook.close())
    const doorAt = (port: number) => `http://127.0.0.1:${port}/channels/official-account`
    platform.setWebhook(doorAt(webhook.port))
    const doors = ports.map(doorAt)
    const wired = { ...wires, webhook }
    const deputies = await bindAll(pool, platform, city, clock)
    return {
      city,
      masterKey,
      clock,
      platform,
      bots,
      workers,
      postgres,
      redis,
      wires: wired,
      doors,
      pool,
      deputies,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Deputies and staff bind their accounts before anything goes wrong. */
async function bindAll(pool: pg.Pool, platform: Simulator, city: City, clock: Clock): Promise<Map<string, Person>> {
  const deputies = new Map<string, Person>()
  for (const { id, role } of city.people) {
    if (role !== 'deputy' && role !== 'staff') continue
    const person = platform.person(`o-drill-${id}`)
    const code = await createBindingCode(pool, id, new Date(clock().getTime() + 3_600_000))
    await person.say(`绑定 ${code}`)
    if (role === 'deputy') deputies.set(id, person)
  }
  // Asked of the ledger, not of the answers: those may be what is wrong.
  const count = async () =>
    (await pool.query<{ bound: number }>('SELECT count(*)::int AS bound FROM contact WHERE person_id IS NOT NULL'))
      .rows[0]!.bound
  if (!(await within(10_000, async () => (await count()) >= deputies.size)))
    throw new Error('deputies could not be bound')
  return deputies
}
