import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spokenDay, spokenTime } from '#templates'

const now = new Date('2026-11-24T10:00:00+08:00')

describe('a spoken time', () => {
  it.each([
    ['2026-11-24T18:00:00+08:00', '11月24日 18:00'],
    ['2026-11-24T08:05:00+08:00', '11月24日 8:05'],
    ['2027-01-04T18:00:00+08:00', '2027年1月4日 18:00'],
    ['2026-11-25T00:00:00+08:00', '11月24日 24:00'],
    ['2026-12-01T00:00:00+08:00', '11月30日 24:00'],
    ['2027-01-01T00:00:00+08:00', '12月31日 24:00'],
    ['2026-11-25T00:01:00+08:00', '11月25日 0:01'],
    ['2026-11-23T16:30:00Z', '11月24日 0:30'],
  ])('%s → %s', (instant, spoken) => {
    expect(spokenTime(instant, now)).toBe(spoken)
    expect(spokenTime(new Date(instant), now)).toBe(spoken)
  })

  it('is what Shanghai’s clocks show, in any year', () => {
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Asia/Shanghai',
      hourCycle: 'h23',
      ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const),
    })
    fc.assert(
      fc.property(moments, (instant) => {
        const part = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
        fc.pre(part['hour'] !== 0 || part['minute'] !== 0)
        const year = part['year'] === 2026 ? '' : `${part['year']}年`
        const day = `${year}${part['month']}月${part['day']}日`
        expect(spokenDay(instant, now)).toBe(day)
        expect(spokenTime(instant, now)).toBe(`${day} ${part['hour']}:${String(part['minute']).padStart(2, '0')}`)
      }),
    )
  })
})

describe('a spoken day', () => {
  it('has its year when it is another', () => {
    expect(spokenDay('2026-12-31T23:59:59.999+08:00', now)).toBe('12月31日')
    expect(spokenDay('2027-01-01T00:00:00+08:00', now)).toBe('2027年1月1日')
    expect(spokenDay('2025-12-31T23:00:00+08:00', now)).toBe('2025年12月31日')
  })

  it('takes “this year” from Shanghai too', () => {
    const newYear = new Date('2027-01-01T01:00:00+08:00')
    expect(spokenDay('2027-03-01T10:00:00+08:00', newYear)).toBe('3月1日')
  })
})
