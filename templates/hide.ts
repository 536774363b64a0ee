const digit = '[\\d０-９]'
const gap = '[ \\u00a0\\u3000.．·_\\-‐-―－]{0,2}'
const digits = (count: string) => `(?:${digit}${gap})${count}`
const notAfterDigit = `(?<!${digit})`
const notBeforeDigit = `(?!${digit})`

/** An identity number by its date of birth, however it is grouped. */
const identity = new RegExp(
  `${notAfterDigit}${digits('{6}')}(?:[1１]${gap}[89８９]|[2２]${gap}[0０])${gap}${digits('{2}')}[01０１]${gap}${digit}${gap}[0-3０-３]${gap}${digit}${gap}${digits('{3}')}[\\dXx０-９Ｘｘ]${notBeforeDigit}`,
  'gu',
)
/** As long as identity, bank and account numbers are. */
const long = new RegExp(`${notAfterDigit}${digits('{14,18}')}[\\dXx０-９Ｘｘ]${notBeforeDigit}`, 'gu')
const mobile = new RegExp(
  `(?:${notAfterDigit}|(?<=${notAfterDigit}(?:86|８６)))[1１]${gap}[3-9３-９]${gap}${digits('{8}')}${digit}${notBeforeDigit}`,
  'gu',
)
const landline = new RegExp(`${notAfterDigit}[0０]${digit}{2,3}${gap}${digits('{6,7}')}${digit}${notBeforeDigit}`, 'gu')

/** Words without the numbers that tell who said them: also with gaps between, or in full-width digits. */
export function hideNumbers(words: string): string {
  return words
    .replace(identity, hidden)
    .replace(long, (number) => (inLongGroups(number) ? hidden(number) : number))
    .replace(mobile, hidden)
    .replace(landline, hidden)
}

function hidden(number: string): string {
  return '＊'.repeat(number.length > 13 ? 6 : 4)
}

/** Dates and case numbers in a row are as long, but come in groups of one or two digits. */
function inLongGroups(number: string): boolean {
  const groups = number.match(/[\d０-９]+/gu) ?? []
  return groups.slice(0, -1).every((group) => group.length >= 3)
}

/** At most so many characters and bytes of UTF-8, with a word on how many characters are left out. */
export function shorten(words: string, most: number, mostBytes = Infinity): string {
  const characters = [...words]
  let kept = 0
  let bytes = 0
  while (kept < Math.min(most, characters.length)) {
    bytes += Buffer.byteLength(characters[kept]!)
    if (bytes > mostBytes) break
    kept++
  }
  if (kept === characters.length) return words
  return `${characters.slice(0, kept).join('')}……（还有 ${characters.length - kept} 字）`
}
