import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPromiseDate } from '../../../bot/dialogue/promise-date.ts'

const now = new Date('2026-11-24T10:00:00+08:00')
/** The Shanghai day whose last moment it is; any other moment stands out. */
const dayOf = (date: Date | null): string | null => {
  if (date === null) return null
  const local = new Date(date.getTime() + 8 * 3_600_000).toISOString()
  return local.endsWith('T23:59:59.999Z') ? local.slice(0, 10) : local
}

const lines: [said: string, day: string | null][] = [
  ['2027年3月15日前完成', '2027-03-15'],
  ['2027年3月完成', '2027-03-31'],
  ['2028年2月底前', '2028-02-29'],
  ['2027-06-30前', '2027-06-30'],
  ['２０２７年６月３０日', '2027-06-30'],
  ['二〇二七年六月三十日前', '2027-06-30'],
  ['2027/6/30', '2027-06-30'],
  ['12月31日前完成改造', '2026-12-31'],
  ['12月5号', '2026-12-05'],
  ['11月24日', '2026-11-24'],
  ['11月23日', '2027-11-23'],
  ['11月底', '2026-11-30'],
  ['12月底', '2026-12-31'],
  ['12月上旬', '2026-12-10'],
  ['12月中旬', '2026-12-20'],
  ['3月前', '2027-03-31'],
  ['三月底前', '2027-03-31'],
  ['十二月底前', '2026-12-31'],
  ['明年3月', '2027-03-31'],
  ['明年三月底', '2027-03-31'],
  ['明年3月10日', '2027-03-10'],
  ['今年12月', '2026-12-31'],
  ['后年5月', '2028-05-31'],
  ['两个月内', '2027-01-23'],
  ['三个月内完成', '2027-02-22'],
  ['一个半月内', '2027-01-08'],
  ['半年内', '2027-05-26'],
  ['一年内', '2027-11-24'],
  ['3天内', '2026-11-27'],
  ['三天之内', '2026-11-27'],
  ['十五天内', '2026-12-09'],
  ['二十天内', '2026-12-14'],
  ['15日内', '2026-12-09'],
  ['两周内', '2026-12-08'],
  ['10个工作日内', '2026-12-09'],
  ['1000天内', '2029-08-20'],
  ['本月底前', '2026-11-30'],
  ['月底前', '2026-11-30'],
  ['这个月底', '2026-11-30'],
  ['下个月底', '2026-12-31'],
  ['下月底', '2026-12-31'],
  ['年底前', '2026-12-31'],
  ['今年年底', '2026-12-31'],
  ['年内完成', '2026-12-31'],
  ['明年底', '2027-12-31'],
  ['明年年底前', '2027-12-31'],
  ['后年底', '2028-12-31'],
  ['2027年底前', '2027-12-31'],
  ['2028年年底', '2028-12-31'],
  ['尽快解决', null],
  ['路灯已换新', null],
  ['2月30日前', null],
  ['13月', null],
  ['2027年13月', null],
  ['3号楼已列入计划', null],
  ['', null],
]

describe('a promised date', () => {
  it.each(lines)('%s → %s', (said, day) => {
    expect(dayOf(readPromiseDate(said, now))).toBe(day)
  })

  it('turns the year in December', () => {
    const december = new Date('2026-12-15T10:00:00+08:00')
    expect(dayOf(readPromiseDate('下个月底', december))).toBe('2027-01-31')
    expect(dayOf(readPromiseDate('1月10日', december))).toBe('2027-01-10')
  })

  it('is Shanghai’s, also in the hours when UTC is a day behind', () => {
    const early = new Date('2027-01-01T01:00:00+08:00')
    expect(dayOf(readPromiseDate('年底', early))).toBe('2027-12-31')
    expect(dayOf(readPromiseDate('本月底', early))).toBe('2027-01-31')
    expect(dayOf(readPromiseDate('1天内', early))).toBe('2027-01-02')
  })
})

const moments = fc.date({ min: new Date('2025-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
const pad = (number: number) => String(number).padStart(2, '0')

describe('any promised date', () => {
  it('without a year is never in the past, and within a year and two months', () => {
    const said = fc.oneof(
      fc
        .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
        .map(([month, day]) => `${month}月${day}日`),
      fc.integer({ min: 1, max: 12 }).map((month) => `${month}月底`),
      fc.integer({ min: 0, max: 365 }).map((days) => `${days}天内`),
      fc.constantFrom(
        '本月底',
        '月底',
        '下个月底',
        '年底',
        '年内',
        '半年内',
        '十个工作日内',
        '一周内',
        '两个月内',
        '十二个月内',
      ),
    )
    fc.assert(
      fc.property(moments, said, (now, text) => {
        const date = readPromiseDate(text, now)!
        expect(date.getTime()).toBeGreaterThanOrEqual(now.getTime())
        expect(date.getTime() - now.getTime()).toBeLessThan(427 * 24 * 3_600_000)
        expect(dayOf(date)).toMatch(/^\d{4}-\d\d-\d\d$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('written in full is that very day', () => {
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 2026, max: 2040 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (now, year, month, day) => {
          const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
          const date = readPromiseDate(`${year}年${month}月${day}日前办好`, now)
          expect(dayOf(date)).toBe(exists ? `${year}-${pad(month)}-${pad(day)}` : null)
        },
      ),
    )
  })

  it('by month is that month’s last day', () => {
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 2026, max: 2040 }),
        fc.integer({ min: 1, max: 12 }),
        (now, year, month) => {
          const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
          expect(dayOf(readPromiseDate(`${year}年${month}月底`, now))).toBe(last)
        },
      ),
    )
  })

  it('is read from any text without a fault', () => {
    const scraps = fc.constantFrom(
      '年',
      '月',
      '日',
      '底',
      '内',
      '十',
      '三',
      '半',
      '个',
      '明',
      '今',
      '5',
      '12',
      '2027',
      '.',
      '-',
      '工作日',
    )
    fc.assert(
      fc.property(moments, fc.array(fc.oneof(scraps, fc.string({ maxLength: 2 })), { maxLength: 10 }), (now, parts) => {
        const date = readPromiseDate(parts.join(''), now)
        if (date !== null) expect(Number.isNaN(date.getTime())).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
