import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { addWorkingDays, isWorkingDay } from '#config'

const plain = { holidays: [], workdays: [] }
const shanghai = (text: string) => new Date(`${text}+08:00`)
const dayOf = (instant: Date) => new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
const timeOf = (instant: Date) => new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(11)

const span = { min: new Date('2025-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true }
const instants = fc.date(span)
const someDays = fc.uniqueArray(fc.date(span).map(dayOf), { maxLength: 20 })
const calendars = fc.record({ holidays: someDays, workdays: someDays })
const working = (day: string) => isWorkingDay(day, plain)
const days = fc.integer({ min: 0, max: 40 })

describe('isWorkingDay', () => {
  const zone = process.env['TZ']
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  it.each(['UTC', 'Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati'])('knows 2026 on a machine in %s', (tz) => {
    process.env['TZ'] = tz
    // 国务院办公厅关于2026年部分节假日安排的通知: 春节 15–23 February off, Saturdays 14 and 28 February worked.
    expect(['2026-02-14', '2026-02-24', '2026-02-28', '2026-01-04'].map(working)).toEqual([true, true, true, true])
    expect(['2026-02-15', '2026-02-16', '2026-02-23', '2026-01-01'].map(working)).toEqual([false, false, false, false])
    expect(['2026-10-01', '2026-10-07', '2026-11-21', '2026-11-22'].map(working)).toEqual([false, false, false, false])
    expect(working('2026-11-23')).toBe(true)
  })

  it("puts the city's own days first", () => {
    expect(isWorkingDay('2026-11-23', { holidays: ['2026-11-23'], workdays: [] })).toBe(false)
    expect(isWorkingDay('2026-11-22', { holidays: [], workdays: ['2026-11-22'] })).toBe(true)
  })
})

describe('addWorkingDays', () => {
  it.each([
    ['2026-11-20T16:00:00', 1, '2026-11-23T16:00:00', 'over a weekend'],
    ['2026-11-21T16:00:00', 1, '2026-11-24T00:00:00', 'from a Saturday: all of Monday'],
    ['2026-11-22T23:59:59', 0, '2026-11-23T00:00:00', 'nothing, from a Sunday'],
    ['2026-11-23T00:00:00', 0, '2026-11-23T00:00:00', 'nothing, from a working day'],
    ['2026-02-13T09:30:00', 1, '2026-02-14T09:30:00', 'to a Saturday that is worked'],
    ['2026-02-14T09:30:00', 1, '2026-02-24T09:30:00', 'over Spring Festival'],
    ['2026-02-13T09:30:00', 7, '2026-03-02T09:30:00', 'the time to answer, over Spring Festival'],
    ['2026-11-23T00:30:00', 1, '2026-11-24T00:30:00', 'just after midnight, still the day before in UTC'],
  ])('%s + %i = %s (%s)', (from, count, to) => {
    expect(addWorkingDays(shanghai(from), count, plain)).toEqual(shanghai(to))
  })

  it('lands on a working day, never before it started', () => {
    fc.assert(
      fc.property(instants, days, calendars, (instant, count, calendar) => {
        const due = addWorkingDays(instant, count, calendar)
        expect(isWorkingDay(dayOf(due), calendar)).toBe(true)
        expect(due.getTime()).toBeGreaterThanOrEqual(instant.getTime())
      }),
    )
  })

  it('passes exactly as many working days as asked', () => {
    fc.assert(
      fc.property(instants, days, calendars, (instant, count, calendar) => {
        const start = addWorkingDays(instant, 0, calendar)
        const due = addWorkingDays(instant, count, calendar)
        let passed = 0
        for (let at = start.getTime() + 86_400_000; at <= due.getTime(); at += 86_400_000) {
          if (isWorkingDay(dayOf(new Date(at)), calendar)) passed++
        }
        expect(passed).toBe(count)
      }),
    )
  })

  it('keeps the time of day, or starts a day at 00:00', () => {
    fc.assert(
      fc.property(instants, days, calendars, (instant, count, calendar) => {
        const kept = isWorkingDay(dayOf(instant), calendar) ? timeOf(instant) : '00:00:00.000Z'
        expect(timeOf(addWorkingDays(instant, count, calendar))).toBe(kept)
      }),
    )
  })

  it('adds a + b as a, then b', () => {
    fc.assert(
      fc.property(instants, days, days, calendars, (instant, a, b, calendar) => {
        const apart = addWorkingDays(addWorkingDays(instant, a, calendar), b, calendar)
        expect(addWorkingDays(instant, a + b, calendar)).toEqual(apart)
      }),
    )
  })

  it('is monotone in the start and in the days', () => {
    fc.assert(
      fc.property(instants, instants, days, calendars, (one, other, count, calendar) => {
        const [earlier, later] = one <= other ? [one, other] : [other, one]
        const due = addWorkingDays(earlier, count, calendar).getTime()
        expect(due).toBeLessThanOrEqual(addWorkingDays(later, count, calendar).getTime())
        expect(due).toBeLessThan(addWorkingDays(earlier, count + 1, calendar).getTime())
      }),
    )
  })

  it.each([-1, 0.5, NaN])('refuses %s days', (count) => {
    const refused = expect.objectContaining({ code: 'WORKING_DAYS_INVALID' })
    expect(() => addWorkingDays(shanghai('2026-11-23T00:00:00'), count, plain)).toThrow(refused)
  })
})
