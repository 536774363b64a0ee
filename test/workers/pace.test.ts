import { afterEach, expect, test, vi } from 'vitest'
import { createPace } from '../../workers/pace.ts'

afterEach(() => vi.useRealTimers())

/** Sets the wall clock alone, as ntpd does: timers and the steady clock go on. */
function setClockBack(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  vi.setSystemTime(Date.now() - ms)
}

test('at most so many go within a second, and the others in the next ones', async () => {
  const pace = createPace(5)
  const from = performance.now()
  await Promise.all(Array.from({ length: 10 }, pace))
  expect(performance.now() - from).toBeGreaterThan(700)
})

test('a clock that is set back by an hour holds up nobody: neither who asks then, nor who was waiting', async () => {
  const pace = createPace(2)
  await Promise.all([pace(), pace()])
  const waiting = pace()
  setClockBack(3_600_000)
  const from = performance.now()
  await waiting
  await pace()
  expect(performance.now() - from).toBeLessThan(4_000)
})
