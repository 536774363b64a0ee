import * as fc from 'fast-check'
import { DelayedError } from 'bullmq'
import { describe, expect, it, vi } from 'vitest'
import { MashangError } from '#base'
import { RetryLater, backoffMs, defaultRetry, maxDelayMs, runJob, wholeMs } from '../../queue/outcomes.ts'
import { quietly, silentLog, traceOf } from '../../queue/quiet-log.ts'
import type { Outcome } from '#queue'

const words = '楼下路灯坏了两周没人修\n    at 李女士 (13800000000:1:1)'

const aRunningJob = (moveToDelayed = vi.fn<() => Promise<void>>(async () => {})) =>
  ({ id: 'm-1-0', name: 'deliver', data: { lane: 'l' }, attemptsMade: 2, moveToDelayed }) as never

const run = (outcome: Outcome | Error, job = aRunningJob(), log = silentLog) =>
  runJob(
    async () => {
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    job,
    'token',
    log,
  )

describe('waits', () => {
  it('are whole milliseconds within bounds, whatever is asked', () => {
    fc.assert(
      fc.property(fc.double(), (ms) => {
        const whole = wholeMs(ms)
        expect(Number.isInteger(whole) && whole >= 0 && whole <= maxDelayMs).toBe(true)
        const asked = Math.min(Math.max(ms || 0, 0), maxDelayMs)
        expect(whole - asked >= 0 && whole - asked <= 1).toBe(true)
      }),
    )
    expect([wholeMs(Infinity), wholeMs(-Infinity), wholeMs(NaN), wholeMs(0.2)]).toEqual([maxDelayMs, 0, 0, 1])
  })

  it('double from the base to the cap, at least half of each fixed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, luck) => {
        const full = Math.min(1_000 * 2 ** (attempt - 1), 60_000)
        const wait = backoffMs(attempt, new Error(), defaultRetry, () => luck)
        expect(wait).toBeGreaterThanOrEqual(full / 2)
        expect(wait).toBeLessThanOrEqual(full)
      }),
    )
  })

  it("are the worker's own when it named one", () => {
    expect(backoffMs(7, new RetryLater('busy', 1_234.5), defaultRetry)).toBe(1_235)
  })
})

describe('an outcome', () => {
  it('done and cancel end the job', async () => {
    await expect(run({ do: 'done' })).resolves.toBeUndefined()
    await expect(run({ do: 'cancel', reason: 'unbound' })).resolves.toBeUndefined()
  })

  it('retry throws its wait', async () => {
    await expect(run({ do: 'retry', afterMs: 9, reason: 'busy' })).rejects.toMatchObject({
      afterMs: 9,
      message: 'busy',
    })
  })

  it('snooze delays with the lock it holds', async () => {
    const moveToDelayed = vi.fn<(at: number, token: string) => Promise<void>>(async () => {})
    const before = Date.now()
    await expect(run({ do: 'snooze', afterMs: 500 }, aRunningJob(moveToDelayed as never))).rejects.toThrow(DelayedError)
    const [at, token] = moveToDelayed.mock.calls[0]!
    expect(token).toBe('token')
    expect(at - before).toBeGreaterThanOrEqual(500)
    expect(at - before).toBeLessThan(5_000)
  })

  it("never lets a thrown error's words reach the queue or the log", async () => {
    const lines: unknown[] = []
    const log = { ...silentLog, error: (details: object) => void lines.push(details) }
    for (const error of [
      new TypeError(words),
      Object.assign(new Error(words), { code: '23505' }),
      new MashangError(words, { code: 'CASE_GONE' }),
    ]) {
      const stored = await run(error, aRunningJob(), log).catch((thrown: Error) => thrown)
      expect(`${(stored as Error).message}${(stored as Error).stack}`).not.toMatch(/路灯|李女士|138/)
    }
    expect(JSON.stringify(lines)).not.toMatch(/路灯|李女士|138/)
    expect(lines).toMatchObject([
      { job: 'm-1-0', attempt: 3, name: 'TypeError' },
      { code: '23505' },
      { code: 'CASE_GONE' },
    ])
    expect(traceOf(new Error('x')).at[0]).toContain('outcomes.test.ts')
  })
})

describe('the log', () => {
  it('says each kind once in ten seconds and how many it held back', () => {
    let now = 0
    const lines: object[] = []
    const complain = quietly(
      (details) => void lines.push(details),
      10_000,
      () => now,
    )
    for (now = 0; now < 20_000; now += 1_000) complain('lost', { n: now }, 'lost')
    complain('other', { n: 'other' }, 'other')
    expect(lines).toEqual([{ n: 0 }, { n: 10_000, hidden: 9 }, { n: 'other' }])
  })
})
