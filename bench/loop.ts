import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { systemClock } from '#base'
import { loadCity } from '#config'
import { startOfficialAccountSimulator } from '#simulators'
import { findEmbeddedPostgres, servingConfig } from '#store'
import { bareJobs } from './bare.ts'
import { benchCity } from './city.ts'
import type { LoadResult } from './load.ts'
import { freePort, load, median, peakMemoryMb, root, startServer } from './processes.ts'

export interface LoopFigures {
  per_second: number
  bare_per_second: number
  ratio: number
  push_p50_ms: number
  push_p99_ms: number
  memory_mb: number
  postgres_memory_mb: number
  ready_seconds: number
}

type Simulator = Awaited<ReturnType<typeof startOfficialAccountSimulator>>

const signing = { token: 'benchtoken', account: 'gh_bench' }
const appId = 'wxbench0000000001'
const appSecret = 'benchsecret'

/**
 * Messages a second through the whole loop: webhook → ledger → outbox → queue → worker → the platform took the deputy's
 * push and the ledger has it, the resident's receipt recorded on the way. Beside bare no-op jobs on the same backend.
 * The platform's quotas are switched off on both sides: sixty deputies may be sent only 300 messages in two days.
 */
export async function benchLoop(
  redisUrl: string | null,
  rounds: number,
  count: number,
  log: (line: string) => void,
  at = root,
): Promise<LoopFigures> {
  const name = redisUrl === null ? 'postgres' : 'redis'
  const dataDir = await mkdtemp(join(tmpdir(), 'mashang-bench-'))
  const port = await freePort()
  const webhookUrl = `http://127.0.0.1:${port}/channels/official-account`
  const simulator = await startOfficialAccountSimulator({
    appId,
    appSecret,
    token: signing.token,
    mode: 'plain',
    webhookUrl,
    quotas: false,
    clock: systemClock,
  })
  const env = {
    DATA_DIR: dataDir,
    CITY: benchCity(at, dataDir),
    PORT: String(port),
    LOG_LEVEL: 'error',
    OFFICIAL_ACCOUNT_APP_ID: appId,
    OFFICIAL_ACCOUNT_APP_SECRET: appSecret,
    OFFICIAL_ACCOUNT_TOKEN: signing.token,
    OFFICIAL_ACCOUNT_API_URL: simulator.url,
    OFFICIAL_ACCOUNT_MP_URL: simulator.url,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  }
  let server = await startServer([], env, at)
  let pool = connect(dataDir)
  try {
    await bindDeputies(pool, simulator, at)
    await pool.end()
    await server.stop()
    // Time to ready is what an operator waits for after a restart: on data that is there already.
    server = await startServer([], env, at)
    pool = connect(dataDir)

    const order = { port, signing, connections: 64, rate: 0, mark: '' }
    await through(pool, simulator, () => load({ ...order, count: 2 * count }), 2 * count)
    const backend =
      redisUrl === null ? { kind: 'postgres' as const, dataDir } : { kind: 'redis' as const, url: redisUrl }
    await bareJobs(backend, count)
    const ours: number[] = []
    const bare: number[] = []
    for (let round = 1; round <= rounds; round++) {
      ours.push(await through(pool, simulator, () => load({ ...order, count }), count))
      bare.push(await bareJobs(backend, count))
      log(`loop on ${name} ${round}/${rounds}: ${ours.at(-1)!.toFixed(0)}/s, bare jobs ${bare.at(-1)!.toFixed(0)}/s`)
    }
    const perSecond = median(ours)
    const barePerSecond = median(bare)

    const rate = Math.max(5, perSecond / 10)
    const calm = Math.round(rate * 10)
    const waits = await pushTimes(
      simulator,
      (mark) => load({ ...order, count: calm, connections: 16, rate, mark }),
      calm,
    )
    const postmaster = findEmbeddedPostgres(dataDir)
    return {
      per_second: Math.round(perSecond),
      bare_per_second: Math.round(barePerSecond),
      ratio: Math.round((perSecond / barePerSecond) * 1000) / 1000,
      push_p50_ms: quantile(waits, 0.5),
      push_p99_ms: quantile(waits, 0.99),
      memory_mb: await peakMemoryMb(server.pid),
      postgres_memory_mb: postmaster === null ? 0 : await peakMemoryMb(postmaster.pid),
      ready_seconds: Math.round(server.readySeconds * 100) / 100,
    }
  } finally {
    await pool.end()
    await server.stop()
    await simulator.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

function connect(dataDir: string): pg.Pool {
  const running = findEmbeddedPostgres(dataDir)
  if (running === null) throw new Error('the embedded Postgres is not running')
  const pool = new pg.Pool({
    ...servingConfig({ ...running.superuserConfig, database: 'mashang' }),
    max: 2,
    pipeline: true,
  })
  pool.on('error', () => {})
  return pool
}

async function bindDeputies(pool: pg.Pool, simulator: Simulator, at: string): Promise<void> {
  // Another commit may keep its codes in another form: they are made by its own code.
  const store = (await import(pathToFileURL(join(at, 'store', 'index.ts')).href)) as typeof import('#store')
  for (const { id, role } of loadCity('baiyin-demo').people) {
    if (role !== 'deputy') continue
    const code = await store.createBindingCode(pool, id, new Date(systemClock().getTime() + 600_000))
    await simulator.person(`bench-${id}`).say(`绑定 ${code}`)
  }
  const until = new Date(systemClock().getTime() + 10 * 86_400_000).toISOString()
  await pool.query('UPDATE contact SET windows = $1 WHERE person_id IS NOT NULL', [
    JSON.stringify([{ kind: 'message', until, left: 1_000_000_000 }]),
  ])
}

/**
 * Messages a second until every one of them has reached a deputy and the ledger knows it. The ledger is asked only once
 * the platform has them all: to count in it all the time cost a seventh of what was measured.
 */
async function through(
  pool: pg.Pool,
  simulator: Simulator,
  push: () => Promise<LoadResult>,
  count: number,
): Promise<number> {
  const sent = async () => {
    const { rows } = await pool.query<{ sent: number }>(
      `SELECT count(*)::int AS sent FROM delivery WHERE status = 'sent' AND template = 'deputy-new-case'`,
    )
    return rows[0]!.sent
  }
  const now = () => systemClock().getTime()
  const before = await sent()
  let read = simulator.accepted.length
  let told = 0
  const { failed, receipts, beganAt } = await push()
  if (failed > 0 || receipts !== count)
    throw new Error(`${failed} answers failed, ${receipts} of ${count} had a receipt`)
  const deadline = beganAt + 300_000
  for (let done = 0; done < count;) {
    for (const { content } of simulator.accepted.slice(read)) told += casesIn(content)
    read = simulator.accepted.length
    if (told >= count) done = (await sent()) - before
    if (done < count) await pause(10)
    if (now() > deadline) throw new Error(`only ${done} of ${count} pushes were made`)
  }
  return count / ((now() - beganAt) / 1000)
}

/** What waits for one deputy may come in one message. */
function casesIn(push: string): number {
  return push.split('【新诉求】').length - 1
}

/** Milliseconds from a message at the webhook to its push on the deputy's phone, matched by a mark in its text. */
async function pushTimes(
  simulator: Simulator,
  push: (mark: string) => Promise<{ sentAt: number[] }>,
  count: number,
): Promise<number[]> {
  const already = simulator.accepted.length
  const mark = '标'
  const { sentAt } = await push(mark)
  const deadline = performance.now() + 60_000
  const waits = new Map<number, number>()
  while (waits.size < count && performance.now() < deadline) {
    for (const { content, at } of simulator.accepted.slice(already)) {
      for (const [, index] of content.matchAll(/（标(\d+)）/g)) {
        waits.set(Number(index), at.getTime() - sentAt[Number(index)]!)
      }
    }
    await pause(50)
  }
  if (waits.size < count) throw new Error(`only ${waits.size} of ${count} pushes were made`)
  return [...waits.values()].sort((a, b) => a - b)
}

function quantile(sorted: number[], q: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0)
}
