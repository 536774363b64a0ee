/** Numbers of formats that every workbook knows, and which are dates or times; 27–36 and 50–58 are those of Chinese ones. */
const builtIn = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Whether a format shows its number as a date: a `y`, `m`, `d` or `h` that is neither quoted nor in brackets. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return builtIn(id)
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]|general/gi, ''))
}

const dayMs = 86_400_000

/** `2026-11-23` or `2026-11-23 09:30`. Days count from the last of 1899, or from 1904; times have no zone. */
export function dateText(days: number, startsIn1904: boolean): string | null {
  // Excel takes 1900 for a leap year; only its first two months notice.
  const begins = startsIn1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30)
  const at = new Date(begins + Math.round((days * dayMs) / 1000) * 1000)
  if (!Number.isFinite(at.getTime()) || at.getTime() < begins || at.getUTCFullYear() > 9999) return null
  const [day, time] = [at.toISOString().slice(0, 10), at.toISOString().slice(11, 16)]
  return time === '00:00' ? day : `${day} ${time}`
}
