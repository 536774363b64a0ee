import { expect, test } from 'vitest'
import type { SendOutcome } from '#channels'
import type { Claimed } from '#store'
import { resultOf } from '../../workers/result.ts'

const now = new Date('2026-11-23T01:00:00Z')
const busy: SendOutcome = { status: 'retry', code: '-1', reason: 'system busy', afterMs: 3_000, alarm: false }
const after = (attempts: number) =>
  resultOf(busy, { attempts, template: 'resident-answered', along: [] as Claimed['along'] } as Claimed, now)

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

test('of several in one message it may be one that is refused: each is tried by itself, unless it is the account', () => {
  const refused: SendOutcome = { status: 'refused', code: '87014', reason: 'risky content', alarm: true }
  const several = { attempts: 1, template: 'deputy-new-case', along: [{}] } as Claimed
  expect(resultOf(refused, several, now)).toEqual({
    status: 'ready',
    notBefore: now,
    code: '87014',
    reason: 'risky content',
  })
  expect(resultOf(refused, { ...several, along: [] }, now)).toMatchObject({ status: 'refused', code: '87014' })
  const gone: SendOutcome = { status: 'refused', code: '43004', reason: 'require subscribe', alarm: false }
  expect(resultOf(gone, several, now)).toMatchObject({ status: 'refused', code: '43004' })
  const lost: SendOutcome = { status: 'unknown', code: 'TIMEOUT', reason: 'no answer in time' }
  expect(resultOf(lost, several, now)).toEqual(lost)
})
