/** Damm's quasigroup of order 10: every single wrong digit and every swap of neighbours changes the check digit. */
const damm = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
] as const

function checkDigit(digits: string): number {
  let interim = 0
  for (const digit of digits) interim = damm[interim]![Number(digit)]!
  return interim
}

/**
 * The number that a resident reads aloud: the ledger's serial in groups of four, then a check digit: 1042 → `1042-9`,
 * 31042 → `3-1042-3`. Serials start at 1000, so there are always at least five digits.
 */
export function caseNumber(serial: number): string {
  const digits = String(serial)
  const head = digits.length % 4
  const groups = digits.slice(head).match(/\d{4}/g) ?? []
  return [...(head ? [digits.slice(0, head)] : []), ...groups, checkDigit(digits)].join('-')
}

/** The number as we write it, from what a person typed (`10429`, `1042 9`, `１０４２－９`); null when the check digit fails. */
export function parseCaseNumber(typed: string): string | null {
  const digits = typed.normalize('NFKC').replace(/[\s\-‐-―－]/g, '')
  if (!/^[1-9]\d{4,15}$/.test(digits)) return null
  if (checkDigit(digits) !== 0) return null
  return caseNumber(Number(digits.slice(0, -1)))
}

/** Only numbers of some script become five digits in a row by NFKC: without one there is nothing to look for. */
const anyNumber = /\p{N}/u
const candidate = /(?<!\d)\d(?:[ \-‐-―－]?\d){4,15}(?!\d)/g

/** Every case number that stands in a text. A phone number passes the check digit one time in ten: callers look it up. */
export function findCaseNumbers(text: string): string[] {
  if (!anyNumber.test(text)) return []
  const found = text.normalize('NFKC').match(candidate) ?? []
  return [...new Set(found.map(parseCaseNumber).filter((number) => number !== null))]
}
