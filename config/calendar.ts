import chineseDays from 'chinese-days'
import { MashangError, shanghaiMs } from '#base'

/** What a city adds to the State Council's list: days as `YYYY-MM-DD` in Asia/Shanghai. */
export interface Calendar {
  /** Days off, though the national list has them as working days (or doesn't know the year yet). */
  holidays: string[]
  /** Days worked, though they are weekends or holidays in the national list. */
  workdays: string[]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** True when offices work on `day` (`YYYY-MM-DD`, Shanghai): the city's own days, then the national 调休 list. */
export function isWorkingDay(day: string, calendar: Calendar): boolean {
  if (calendar.workdays.includes(day)) return true
  if (calendar.holidays.includes(day)) return false
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  // Noon on this machine's clock: the library reads a bare date as UTC and is a day off west of Greenwich.
  // oxlint-disable-next-line import/no-named-as-default-member -- CommonJS whose names Node can't see
  return chineseDays.isWorkday(new Date(year, month - 1, date, 12))
}

/**
 * `instant` moved on by whole working days; the time of day in Shanghai is kept.
 *
 * What starts on a day off counts as started at 00:00 of the next working day. So Friday 16:00 + 1 is Monday 16:00, and
 * any time on Saturday + 1 is Tuesday 00:00: whoever must act has all of Monday. `days` 0 only makes that first step.
 * Years the library doesn't know yet have weekends and the city's own days only.
 *
 * @param days a whole number, 0 or more; anything else throws `WORKING_DAYS_INVALID`
 */
export function addWorkingDays(instant: Date, days: number, calendar: Calendar): Date {
  if (!Number.isInteger(days) || days < 0 || Number.isNaN(instant.getTime())) {
    throw new MashangError(`can't add ${days} working days to ${String(instant)}`, { code: 'WORKING_DAYS_INVALID' })
  }
  const local = instant.getTime() + shanghaiMs
  let midnight = Math.floor(local / dayMs) * dayMs
  let timeOfDay = local - midnight
  if (!isWorkingDay(dayOf(midnight), calendar)) {
    midnight = nextWorkingDay(midnight, calendar)
    timeOfDay = 0
  }
  for (let left = days; left > 0; left--) midnight = nextWorkingDay(midnight, calendar)
  return new Date(midnight + timeOfDay - shanghaiMs)
}

function nextWorkingDay(midnight: number, calendar: Calendar): number {
  let next = midnight + dayMs
  while (!isWorkingDay(dayOf(next), calendar)) next += dayMs
  return next
}

/** `midnight` is Shanghai's wall clock written as if it were UTC. */
function dayOf(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, 10)
}
