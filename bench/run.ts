import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MashangError } from '#base'
import { startRedis } from '../drills/redis.ts'
import { benchLoop } from './loop.ts'
import type { LoopFigures } from './loop.ts'
import { root } from './processes.ts'
import { benchWebhook } from './webhook.ts'
import type { WebhookFigures } from './webhook.ts'

export interface BenchOptions {
  rounds: number
  /** Messages in one round of the webhook; the loop on Redis gets half as many, the one on Postgres a quarter. */
  messages: number
  log: (line: string) => void
}

export interface BenchReport {
  webhook: WebhookFigures
  loop: { postgres: LoopFigures; redis: LoopFigures }
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
  try {
    const redis = await benchLoop(`redis://127.0.0.1:${server.port}`, rounds, Math.round(messages / 2), log, at)
    return {
      webhook,
      loop: { postgres, redis },
      memory_mb: Math.max(postgres.memory_mb, redis.memory_mb),
      ready_seconds: Math.max(postgres.ready_seconds, redis.ready_seconds),
    }
  } finally {
    await server.end()
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
