import { isoTime } from '#base'
/** A length of time as people here count it: working days keep the time of day, hours run on the wall clock. */
export type Term = { workingDays: number } | { hours: number } | { days: number }

/** How long each party has. All of it is the city's configuration. */
export interface Terms {
  accept: { routine: Term; urgent: Term; emergency: Term }
  assign: Term
  answer: { routine: Term; urgent: Term; emergency: Term }
  judge: Term
  /** How long an answer that says nothing waits for a better one. */
  askBack: Term
  /** After a deadline passed, how long until the next level of supervision. */
  supervise: Term
  /** How long before a deadline its owner is reminded. */
  remindHours: number
  /** How long before a promise's date. */
  remindPromiseDays: number
}

export interface Calendar {
  /** `from`, moved on by working days of the city's calendar, at the same time of day. */
  addWorkingDays(from: Date, days: number): Date
}

const hour = 3_600_000

/** When a term that starts at `from` is over. */
export function after(from: Date, term: Term, calendar: Calendar): Date {
  if ('workingDays' in term) return calendar.addWorkingDays(from, term.workingDays)
  if ('days' in term) return new Date(from.getTime() + term.days * 24 * hour)
  return new Date(from.getTime() + term.hours * hour)
}

/**
 * When to remind of `deadline`: so many hours before it, or half-way where less time is left than that. Null when it
 * has passed.
 */
export function remindBefore(deadline: Date, hours: number, now: Date): string | null {
  const left = deadline.getTime() - now.getTime()
  if (left <= 0) return null
  return isoTime(new Date(deadline.getTime() - Math.min(hours * hour, left / 2)))
}
