import { shanghaiMs } from '#base'

/** Deadlines fall on the same few moments for all cases of a day, and each message says two of them. */
const said = new Map<string, string>()
const mostSaid = 1_000

/** `11月24日 18:00` in Shanghai; with the year when it isn't this one. Midnight is said as the end of the day before. */
export function spokenTime(instant: string | Date, now: Date): string {
  if (typeof instant !== 'string') return timeOf(instant, now)
  const key = `${instant}${yearOf(now)}`
  let words = said.get(key)
  if (words === undefined) {
    if (said.size >= mostSaid) said.clear()
    said.set(key, (words = timeOf(instant, now)))
  }
  return words
}

function timeOf(instant: string | Date, now: Date): string {
  const local = new Date(new Date(instant).getTime() + shanghaiMs)
  if (local.getUTCHours() === 0 && local.getUTCMinutes() === 0) {
    return `${day(new Date(local.getTime() - 1), now)} 24:00`
  }
  const minutes = String(local.getUTCMinutes()).padStart(2, '0')
  return `${day(local, now)} ${local.getUTCHours()}:${minutes}`
}

/** `11月24日` in Shanghai; with the year when it isn't this one. */
export function spokenDay(instant: string | Date, now: Date): string {
  return day(new Date(new Date(instant).getTime() + shanghaiMs), now)
}

function day(local: Date, now: Date): string {
  const year = local.getUTCFullYear()
  return `${year === yearOf(now) ? '' : `${year}年`}${local.getUTCMonth() + 1}月${local.getUTCDate()}日`
}

function yearOf(now: Date): number {
  return new Date(now.getTime() + shanghaiMs).getUTCFullYear()
}
