import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Outcome } from '#queue'
import { createBusyLanes } from '../../workers/busy-lanes.ts'

const done: Outcome = { do: 'done' }

test('whatever comes at whatever moment, all of it is sent, by one at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('a', 'b'), { maxLength: 20 }),
      async (scheduler, lanes) => {
        const busy = createBusyLanes()
        const ready = new Map<string, number>()
        const atWork = new Set<string>()
        const jobs: Promise<Outcome>[] = []
        const work = (lane: string) => async () => {
          expect(atWork.has(lane)).toBe(false)
          atWork.add(lane)
          for (;;) {
            await scheduler.schedule(Promise.resolve(), `look at ${lane}`)
            const left = ready.get(lane) ?? 0
            // What comes from here on is not seen: somebody has to look once more.
            await scheduler.schedule(Promise.resolve(), `leave or send ${lane}`)
            if (left === 0) break
            ready.set(lane, ready.get(lane)! - 1)
          }
          atWork.delete(lane)
          return done
        }
        const come = scheduler.scheduleSequence(
          lanes.map((lane) => async () => {
            ready.set(lane, (ready.get(lane) ?? 0) + 1)
            if (!busy.wake(lane)) jobs.push(busy.on(lane, work(lane)))
          }),
        )
        await scheduler.waitFor(come.task)
        await scheduler.waitFor(Promise.all(jobs))
        expect([...ready.values()].every((left) => left === 0)).toBe(true)
        for (const lane of lanes) expect(busy.wake(lane)).toBe(false)
      },
    ),
  )
})

test('a second job for a busy lane is over at once; the first looks again for it', async () => {
  const busy = createBusyLanes()
  const first = Promise.withResolvers<Outcome>()
  let looks = 0
  const running = busy.on('a', () => {
    looks += 1
    return looks === 1 ? first.promise : Promise.resolve(done)
  })
  expect(await busy.on('a', () => Promise.reject(new Error('two at once')))).toEqual(done)
  first.resolve({ do: 'snooze', afterMs: 1_000 })
  expect(await running).toEqual(done)
  expect(looks).toBe(2)
})

test('one that fails leaves the lane to the next', async () => {
  const busy = createBusyLanes()
  await expect(busy.on('a', () => Promise.reject(new Error('the ledger is away')))).rejects.toThrow('away')
  expect(busy.wake('a')).toBe(false)
  expect(await busy.on('a', async () => done)).toEqual(done)
})
