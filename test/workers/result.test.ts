import { expect, test } from 'vitest'
import type { SendOutcome } from '#channels'
import type { Claimed } from '#store'
import { resultOf } from '../../workers/result.ts'

const now = new Date('2026-11-23T01:00:00Z')
const busy: SendOutcome = { status: 'retry', code: '-1', reason: 'system busy', afterMs: 3_000, alarm: false }
const after = (attempts: number) => resultOf(busy, { attempts, template: 'resident-answered' } as Claimed, now)

test('what did not go out is tried again, ever less often and for about a day', () => {
  let waitedMs = 0
  let attempts = 0
  for (;;) {
    const result = after(++attempts)
    if (result.status !== 'ready') {
      expect(result).toMatchObject({
        status: 'refused',
        code: 'gave-up',
        reason: expect.stringContaining('-1, system busy'),
      })
      break
    }
    const waitMs = result.notBefore.getTime() - now.getTime()
    expect(waitMs).toBeGreaterThanOrEqual(3_000)
    expect(waitMs).toBeLessThanOrEqual(600_000)
    waitedMs += waitMs
  }
  expect(waitedMs / 3_600_000).toBeGreaterThan(20)
  expect(waitedMs / 3_600_000).toBeLessThan(30)
})
