import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openQueues } from '#queue'
import { aJob, eventually, recorder } from './arena.ts'
import type { QueueOptions, Queues } from '#queue'
import type { Arena } from './arena.ts'

/** What both backends owe the house. */
export function conformance(kind: string, start: () => Promise<Arena>): void {
  describe(`the conveyor on ${kind}`, () => {
    let arena: Arena
    let queues: Queues
    const opened: Queues[] = []
    const retry = { attempts: 3, baseMs: 10, capMs: 50 }

    const open = async (options: Partial<QueueOptions> = {}): Promise<Queues> => {
      const more = await openQueues(arena.target, { role: 'both', retry, ...options })
      opened.push(more)
      return more
    }

    beforeAll(async () => {
      arena = await start()
    })
    beforeEach(async () => {
      queues = await open()
      await queues.wipe()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close(500)))
    })
    afterAll(() => arena?.end())

    const failed = async () => (await queues.counts('deliver')).failed
    const empty = { waiting: 0, delayed: 0, active: 0, failed: 0 }

    it('runs each of 2,000 jobs once, of both kinds, and keeps none', async () => {
      const ran: string[] = []
      const jobs = Array.from({ length: 2_000 }, (_, n) =>
        n % 2 === 0
          ? aJob({ id: `m-bulk${n}-0`, payload: { lane: `${n}` } })
          : ({ name: 'due', id: `d-bulk${n}-0`, payload: { caseId: `${n}` } } as const),
      )
      await queues.addBulk(jobs)
      expect(await queues.counts('deliver')).toEqual({ ...empty, waiting: 1_000 })
      queues.work('deliver', async ({ lane }) => (ran.push(lane), { do: 'done' }), { concurrency: 10 })
      queues.work('due', async ({ caseId }) => (ran.push(caseId), { do: 'done' }), { concurrency: 10 })
      await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(2_000), 20_000)
      await eventually(async () => expect(await queues.counts('due')).toEqual(empty))
      expect(ran.map(Number).toSorted((a, b) => a - b)).toEqual(jobs.map((_, n) => n))
    })

    it('passes over an id that is still waiting', async () => {
      const { seen, handler } = recorder()
      await queues.addBulk([aJob({ id: 'm-same-0', payload: { lane: 'first' } })])
      await queues.addBulk([aJob({ id: 'm-same-0', payload: { lane: 'second' } })])
      expect((await queues.counts('deliver')).waiting).toBe(1)
      queues.work('deliver', handler, { concurrency: 1 })
      await eventually(() => expect(seen.map(({ lane }) => lane)).toEqual(['first']))
    })

    it('runs an id again once it is done', async () => {
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 1 })
      const job = aJob()
      await queues.addBulk([job])
      await eventually(async () => expect([seen.length, await queues.counts('deliver')]).toEqual([1, empty]))
      await queues.addBulk([job])
      await eventually(() => expect(seen).toHaveLength(2))
    })

    it('fails after the last attempt, holds that id, and runs the next generation', async () => {
      const { seen, handler } = recorder(new Error('1'), new Error('2'), new Error('3'))
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([aJob({ id: 'm-fails-0' })])
      await eventually(async () => expect(await failed()).toBe(1))
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
      await queues.addBulk([aJob({ id: 'm-fails-0' }), aJob({ id: 'm-fails-1' })])
      await eventually(() => expect(seen.at(-1)).toMatchObject({ id: 'm-fails-1', attempt: 1 }))
      expect(seen).toHaveLength(4)
    })

    it('retries after the wait it was told, and counts the attempt', async () => {
      const at: number[] = []
      const { seen, handler } = recorder({ do: 'retry', afterMs: 250.5, reason: 'busy' })
      queues.work('deliver', (...given) => (at.push(performance.now()), handler(...given)), { concurrency: 1 })
      await queues.addBulk([aJob()])
      await eventually(() => expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]))
      expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(240)
    })

    it('fails a job that asks for one retry too many', async () => {
      const again = { do: 'retry', afterMs: 1, reason: 'busy' } as const
      const { seen, handler } = recorder(again, again, again)
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([aJob()])
      await eventually(async () => expect(await failed()).toBe(1))
      expect(seen).toHaveLength(3)
    })

    it('snoozes without counting, more often than there are attempts', async () => {
      const snooze = { do: 'snooze', afterMs: 5.5 } as const
      const { seen, handler } = recorder(snooze, snooze, snooze, snooze, snooze)
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([aJob()])
      await eventually(() => expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1]))
      await eventually(async () => expect(await queues.counts('deliver')).toEqual(empty))
    })

    it('takes the next job while another snoozes', async () => {
      const { seen, handler } = recorder({ do: 'snooze', afterMs: 60_000 })
      await queues.addBulk([aJob({ id: 'm-sleeps-0' }), aJob({ id: 'm-next-0' })])
      queues.work('deliver', handler, { concurrency: 1 })
      await eventually(() => expect(seen.map(({ id }) => id)).toEqual(['m-sleeps-0', 'm-next-0']))
      await eventually(async () => expect(await queues.counts('deliver')).toEqual({ ...empty, delayed: 1 }))
    })

    it('ends a cancelled job, says so, and keeps nothing', async () => {
      const lines: object[] = []
      const log = { info: (details: object) => lines.push(details), warn() {}, error() {} }
      const loud = await open({ log })
      const { seen, handler } = recorder({ do: 'cancel', reason: 'unbound' })
      loud.work('deliver', handler, { concurrency: 1 })
      await loud.addBulk([aJob({ id: 'm-cancelled-0' })])
      await eventually(async () => expect([seen.length, await queues.counts('deliver')]).toEqual([1, empty]))
      expect(lines).toEqual([{ queue: 'deliver', job: 'm-cancelled-0', attempt: 1, reason: 'unbound' }])
    })

    it('runs delayed jobs in the order of their time', async () => {
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([300, 100, 200.4].map((delayMs) => aJob({ id: `m-at${Math.ceil(delayMs)}-0`, delayMs })))
      expect((await queues.counts('deliver')).delayed).toBe(3)
      await eventually(() => expect(seen.map(({ id }) => id)).toEqual(['m-at100-0', 'm-at201-0', 'm-at300-0']))
    })

    it('wipes what waits, sleeps and failed, under a running worker too', async () => {
      const { seen, handler } = recorder(new Error('1'), new Error('2'), new Error('3'))
      queues.work('deliver', handler, { concurrency: 1 })
      await queues.addBulk([aJob({ id: 'm-wiped-0' })])
      await eventually(async () => expect(await failed()).toBe(1))
      await queues.addBulk([aJob({ delayMs: 60_000 }), { name: 'due', id: 'd-wiped-0', payload: { caseId: 'c' } }])
      await queues.wipe()
      expect([await queues.counts('deliver'), await queues.counts('due')]).toEqual([empty, empty])
      await queues.addBulk([aJob({ id: 'm-wiped-0' })])
      await eventually(() => expect(seen).toHaveLength(4))
    })

    it('refuses an id that BullMQ would, before anything is added', async () => {
      for (const id of ['m:1:0', '1234', '', '-5', 'm 1'])
        await expect(queues.addBulk([aJob(), aJob({ id })])).rejects.toMatchObject({ code: 'QUEUE_JOB_ID' })
      expect(await queues.counts('deliver')).toEqual(empty)
    })

    it('lets a running job end before it closes', async () => {
      const { promise: running, resolve: end } = Promise.withResolvers<void>()
      const { seen, handler } = recorder()
      const closing = await open()
      closing.work('deliver', async (...given) => (await handler(...given), await running, { do: 'done' }), {
        concurrency: 1,
      })
      await closing.addBulk([aJob(), aJob()])
      await eventually(() => expect(seen).toHaveLength(1))
      const closed = closing.close(5_000)
      setImmediate(end)
      await closed
      expect(await queues.counts('deliver')).toEqual({ ...empty, waiting: 1 })
    })

    it('closes within its grace though a job never ends', async () => {
      const { seen, handler } = recorder()
      const stuck = await open()
      stuck.work('deliver', async (...given) => (await handler(...given), new Promise(() => {})), { concurrency: 1 })
      await stuck.addBulk([aJob()])
      await eventually(() => expect(seen).toHaveLength(1))
      const from = performance.now()
      await stuck.close(200)
      expect(performance.now() - from).toBeLessThan(1_000)
    })

    it("runs a killed worker's job elsewhere", async () => {
      const quick = { lockMs: 400, stalledMs: 200 }
      const doomed = spawn(
        process.execPath,
        [fileURLToPath(new URL('doomed-worker.ts', import.meta.url)), JSON.stringify([arena.target, quick])],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      try {
        await queues.addBulk([aJob({ id: 'm-orphan-0' })])
        const [started] = await once(doomed.stdout, 'data')
        expect(String(started)).toContain('m-orphan-0')
        doomed.kill('SIGKILL')
        const { seen, handler } = recorder()
        const rescuer = await open(quick)
        rescuer.work('deliver', handler, { concurrency: 1 })
        await eventually(() => expect(seen.map(({ id }) => id)).toEqual(['m-orphan-0']))
      } finally {
        doomed.kill('SIGKILL')
      }
    })

    it('goes on by itself after its connections were cut', async () => {
      const { seen, handler } = recorder()
      queues.work('deliver', handler, { concurrency: 2 })
      await queues.addBulk([aJob({ id: 'm-before-0' })])
      await eventually(() => expect(seen).toHaveLength(1))
      await arena.cut()
      await eventually(() => queues.addBulk([aJob({ id: 'm-after-0' }), aJob({ id: 'm-later-0', delayMs: 50 })]))
      await eventually(() => expect(seen.map(({ id }) => id)).toEqual(['m-before-0', 'm-after-0', 'm-later-0']))
    })

    it('leaves no connection behind', async () => {
      const before = await arena.connections()
      const busy = await Promise.all([open(), open(), open({ role: 'producer' })])
      for (const each of busy.slice(0, 2)) each.work('deliver', recorder().handler, { concurrency: 5 })
      await Promise.all(busy.map((each) => each.addBulk([aJob(), aJob()])))
      await eventually(async () => expect(await arena.connections()).toBeGreaterThan(before))
      await Promise.all(busy.map((each) => each.close()))
      await eventually(async () => expect(await arena.connections()).toBe(before))
    })

    it('answers a ping, and gives a producer no jobs', async () => {
      const producer = await open({ role: 'producer' })
      await producer.ping()
      const work = () => producer.work('deliver', recorder().handler, { concurrency: 1 })
      expect(work).toThrow(expect.objectContaining({ code: 'QUEUE_ROLE' }))
    })
  })
}
