import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MashangError } from '#base'
import { benchLoop } from './loop.ts'
import type { LoopFigures } from './loop.ts'
import { freePort, root } from './processes.ts'
import { benchWebhook } from './webhook.ts'
import type { WebhookFigures } from './webhook.ts'

export interface BenchOptions {
  rounds: number
  /** Messages in one round of the webhook; the loop gets half as many. */
  messages: number
  log: (line: string) => void
}

export interface BenchReport {
  webhook: WebhookFigures
  loop: { postgres: LoopFigures; redis: LoopFigures | null }
  /** Peak of the whole house in one process, the larger of both backends. */
  memory_mb: number
  /** Start to ready on data that is there already, the slower of both. */
  ready_seconds: number
}

/** Measures the checkout at `at`, each part beside its peer in the same run. */
export async function bench({ rounds, messages, log }: BenchOptions, at = root): Promise<BenchReport> {
  const webhook = await benchWebhook(rounds, messages, log, at)
  const postgres = await benchLoop(null, rounds, Math.round(messages / 4), log, at)
  const server = await startRedis()
  if (server === null) log('no redis-server on PATH or in .cache: the loop on Redis is left out')
  let redis: LoopFigures | null = null
  if (server !== null) {
    try {
      redis = await benchLoop(server.url, rounds, Math.round(messages / 2), log, at)
    } finally {
      await server.stop()
    }
  }
  return {
    webhook,
    loop: { postgres, redis },
    memory_mb: Math.max(postgres.memory_mb, redis?.memory_mb ?? 0),
    ready_seconds: Math.max(postgres.ready_seconds, redis?.ready_seconds ?? 0),
  }
}

/** The same for another commit, checked out beside this one and measured by this one's bench. */
export async function benchAgainst(revision: string, options: BenchOptions): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-against-'))
  const checkout = join(folder, 'tree')
  try {
    execFileSync('git', ['worktree', 'add', '--detach', checkout, revision], { cwd: root, stdio: 'pipe' })
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw new MashangError(`--against ${revision}: git has no such commit here`, { code: 'BENCH_REVISION', cause })
  }
  try {
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
    return await bench(options, checkout)
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', checkout], { cwd: root, stdio: 'pipe' })
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startRedis(): Promise<{ url: string; stop: () => Promise<void> } | null> {
  const cached = join(root, '.cache', 'redis', 'redis-server')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'mashang-redis-'))
  const child = spawn(
    existsSync(cached) ? cached : 'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
      '--maxmemory-policy',
      'noeviction',
    ],
    { stdio: 'ignore' },
  )
  const failed = once(child, 'error').then(() => true)
  // It listens within milliseconds; the house itself waits for it besides.
  if (await Promise.race([failed, pause(500, false)])) return null
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
