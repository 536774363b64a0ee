import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { after, remindBefore } from '../../cases/terms.ts'

const hour = 3_600_000
const from = new Date('2026-11-23T02:00:00.000Z')
const calendar = { addWorkingDays: (start: Date, days: number) => new Date(start.getTime() + days * 100 * hour) }
const dates = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true })

describe('a term', () => {
  it('counts hours and days on the wall clock, working days by the calendar', () => {
    expect(after(from, { hours: 2 }, calendar)).toEqual(new Date('2026-11-23T04:00:00.000Z'))
    expect(after(from, { days: 7 }, calendar)).toEqual(new Date('2026-11-30T02:00:00.000Z'))
    expect(after(from, { workingDays: 3 }, calendar)).toEqual(new Date(from.getTime() + 300 * hour))
  })
})

describe('a reminder', () => {
  it('comes so many hours before, or half-way when less is left', () => {
    const inHours = (hours: number) => new Date(from.getTime() + hours * hour)
    expect(remindBefore(inHours(24), 4, from)).toBe(inHours(20).toISOString())
    expect(remindBefore(inHours(8), 4, from)).toBe(inHours(4).toISOString())
    expect(remindBefore(inHours(2), 4, from)).toBe(inHours(1).toISOString())
    expect(remindBefore(inHours(0), 4, from)).toBeNull()
    expect(remindBefore(inHours(-1), 4, from)).toBeNull()
  })

  it('never comes before now, nor after the deadline', () => {
    fc.assert(
      fc.property(dates, dates, fc.integer({ min: 1, max: 400 }), (deadline, now, hours) => {
        const at = remindBefore(deadline, hours, now)
        expect(at === null).toBe(deadline <= now)
        if (at === null) return
        expect(at >= now.toISOString() && at <= deadline.toISOString()).toBe(true)
        expect(deadline.getTime() - new Date(at).getTime()).toBeLessThanOrEqual(hours * hour)
      }),
    )
  })
})
