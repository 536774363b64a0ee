import { shanghaiMs } from '#base'

const chineseDigits: Record<string, number> = {
  一: 1,
  两: 2,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  〇: 0,
  零: 0,
}
/** 十五天, 三月: a number in characters that counts or names a stretch of time. */
const written =
  /([一二三四五六七八九]?)十([一二三四五六七八九]?)(?=\s*个?半?(?:工作)?[月日号年天周星])|([一两二三四五六七八九])(?=\s*个?半?(?:工作)?[月日号年天周星])/gu

/** 二〇二七年 */
const writtenYear = /[一二三四五六七八九〇零]{4}(?=年)/gu

const full = /(\d{4})\s*[年/.-]\s*(\d{1,2})\s*(?:[月/.-]\s*(\d{1,2})\s*[日号]?|月)/u
const short = /(明年|今年|后年)?\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号]?|(底|末|中旬|上旬|下旬))?/u
const span = /(?<![\d.])(\d{1,4}|半)\s*个?\s*(半)?\s*(工作日|天|日|周|星期|月|年)(?:内|之内|以内|后)/u
const yearEnd = /(\d{4}年|今年|本年|明年|后年)?年?(?<=年)(?:底|末|内|以内|之内)/u
const monthEnd = /(下个?)?月(?:底|末)/u

/**
 * The date a deputy promises, as the last moment of that day in Shanghai: `2026年12月31日`, `12月底`, `明年3月`,
 * `两个月内`, `本月底`, `年底`. A day or month without a year is the next one to come. Null when none is named.
 */
export function readPromiseDate(text: string, now: Date): Date | null {
  const said = inDigits(text.normalize('NFKC'))
  const today = new Date(now.getTime() + shanghaiMs)
  const year = today.getUTCFullYear()
  const month = today.getUTCMonth()

  const complete = full.exec(said)
  if (complete) return endOf(Number(complete[1]), Number(complete[2]), complete[3] ? Number(complete[3]) : null)

  const partial = short.exec(said)
  if (partial) {
    const named = Number(partial[2])
    const day = partial[3] ? Number(partial[3]) : partial[4] === '上旬' ? 10 : partial[4] === '中旬' ? 20 : null
    if (partial[1])
      return endOf(year + { 今年: 0, 明年: 1, 后年: 2 }[partial[1] as '今年' | '明年' | '后年'], named, day)
    const thisYear = endOf(year, named, day)
    return thisYear !== null && thisYear <= now ? endOf(year + 1, named, day) : thisYear
  }

  const length = span.exec(said)
  if (length) {
    const count = (length[1] === '半' ? 0.5 : Number(length[1])) + (length[2] ? 0.5 : 0)
    const days = { 工作日: 1.5, 天: 1, 日: 1, 周: 7, 星期: 7, 月: 30, 年: 365 }[length[3]!]!
    const then = new Date(today.getTime() + Math.ceil(count * days) * 24 * 3_600_000)
    return endOf(then.getUTCFullYear(), then.getUTCMonth() + 1, then.getUTCDate())
  }

  const ofYear = yearEnd.exec(said)
  if (ofYear) {
    const named = ofYear[1] ?? '今年'
    return endOf(
      named === '明年' ? year + 1 : named === '后年' ? year + 2 : /^\d/.test(named) ? Number.parseInt(named) : year,
      12,
      31,
    )
  }
  const ofMonth = monthEnd.exec(said)
  if (!ofMonth) return null
  const next = ofMonth[1] === undefined ? month : month + 1
  return endOf(year + Math.floor(next / 12), (next % 12) + 1, null)
}

function inDigits(said: string): string {
  const years = said.replace(writtenYear, (year) => [...year].map((each) => chineseDigits[each]).join(''))
  return years.replace(written, (_, tens: string | undefined, ones: string | undefined, single: string | undefined) =>
    single === undefined
      ? String((tens ? chineseDigits[tens]! : 1) * 10 + (ones ? chineseDigits[ones]! : 0))
      : String(chineseDigits[single]!),
  )
}

/** The last millisecond of that day, or of the month; null for a day that doesn't exist. */
function endOf(year: number, month: number, day: number | null): Date | null {
  if (month < 1 || month > 12) return null
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (day !== null && (day < 1 || day > last)) return null
  return new Date(Date.UTC(year, month - 1, day ?? last, 23, 59, 59, 999) - shanghaiMs)
}
