import { findCaseNumbers, parseCaseNumber } from '#cases'
import type { Outcome } from '#cases'

export type DeputyVerb = 'accept' | 'decline' | 'progress' | 'answer'

export type DeputyWord =
  | { do: DeputyVerb; number: string | null; outcome: Outcome | null; words: string }
  | { do: 'list' }
  | { do: 'detail'; number: string | null }
  | { do: 'help' }
  /** The answer that waits is to go out as it is. */
  | { do: 'release'; number: string | null }

/** A word that also begins ordinary sentences (我接不了, 不接电话, 进度怎么样) is a verb only when it stands alone. */
const alone = '(?=$|[\\s\\p{P}\\d])'
/** A digit is a verb unless it counts or names something: 1号楼, 2 单元, 3天, 4.5米, 1-2层. */
const noCount =
  '(?!\\d|\\s*[.~/、至到-]\\s*\\d{1,2}(?![\\d-])|[楼栋幢单层户室米块元年月日天周点时分人个家条次岁组队社村路区里期]|\\s*(?:号|楼|栋|幢|单元))'
const verbs: [RegExp, DeputyVerb][] = [
  [/^(?:收到[\s,.]*)?(?:接单|接件)(?![不难率量数后前时])/u, 'accept'],
  [new RegExp(`^(?:接受|我接)了?${alone}`, 'u'), 'accept'],
  [/^(?:退回|退单|转出)(?![来去给])/u, 'decline'],
  [new RegExp(`^不接(?:单|件|受)?${alone}`, 'u'), 'decline'],
  [/^(?:办理)?进展(?!怎|如何|咋)/u, 'progress'],
  [/^进度(?=[\s\p{P}\d])/u, 'progress'],
  [/^(?:答复|办结|回复)/u, 'answer'],
  [new RegExp(`^1${noCount}(?:[\\s.、]*接单)?`, 'u'), 'accept'],
  [new RegExp(`^2${noCount}(?:[\\s.、]*退回)?`, 'u'), 'decline'],
  [new RegExp(`^3${noCount}(?:[\\s.、]*进展)?`, 'u'), 'progress'],
  [new RegExp(`^4${noCount}(?:[\\s.、]*答复)?`, 'u'), 'answer'],
]
const punctuation = /^[\s:：,，.。、;；#]+/u
const outcomeLetter = /^([A-Da-d])(?:类)?(?=$|[^A-Za-z])/u

/** How a deputy's verb is said back to them. */
export const verbNames: Record<DeputyVerb, string> = {
  accept: '接单',
  decline: '退回',
  progress: '进展',
  answer: '答复',
}

/**
 * What a deputy writes: a verb by word or number, the case's number before or behind it if they name one, then the
 * outcome and words. `1`, `接单 1042-9`, `1042-9 退回 不是我们镇`, `4 A 路灯已换新`. Null when it is none of these.
 */
export function readDeputyWord(said: string): DeputyWord | null {
  let text = said.normalize('NFKC').trim()
  if (/^(?:帮助|help|\?)$/iu.test(text)) return { do: 'help' }
  if (/^(?:在手|待办|我的待办|列表|清单)$/u.test(text)) return { do: 'list' }
  // In `4 1010-0 A` the 4 is the verb, though one time in ten the digits of both pass as one number.
  const verbFirst = /^[1-4] +(?=\d)/.exec(text)
  const isVerb = verbFirst !== null && takeNumber(text.slice(verbFirst[0].length))[0] !== null
  const [leading, afterLeading] = isVerb ? [null, text] : takeNumber(text)
  if (leading !== null) text = afterLeading

  const detail = /^(?:详情|全文|查看)([\s\p{P}\d#]|编号)*$/u
  if (detail.test(text)) return { do: 'detail', number: leading ?? findCaseNumbers(text)[0] ?? null }
  const release = /^(?:照发|照原样发|原样发送?|就这么发|就这样发)(?:吧|了)?([\s\p{P}\d#]|编号)*$/u
  if (release.test(text)) return { do: 'release', number: leading ?? findCaseNumbers(text)[0] ?? null }
  if (leading !== null && text === '') return { do: 'detail', number: leading }
  for (const [pattern, verb] of verbs) {
    const match = pattern.exec(text)
    if (!match) continue
    let rest = text.slice(match[0].length).replace(punctuation, '')
    let number = leading
    if (number === null) [number, rest] = takeNumber(rest)
    const letter = verb === 'answer' ? outcomeLetter.exec(rest) : null
    if (letter) rest = rest.slice(letter[0].length).replace(punctuation, '')
    if (letter && number === null) [number, rest] = takeNumber(rest)
    return {
      do: verb,
      number,
      outcome: letter ? (letter[1]!.toUpperCase() as Outcome) : null,
      words: asWritten(said, rest.replace(punctuation, '').trim()),
    }
  }
  return null
}

/** The end of a message as it was written, of which `words` is the end as it was read: （ and ， stay what they are. */
function asWritten(said: string, words: string): string {
  const written = said.trim()
  if (words === '' || written.normalize('NFKC').length !== written.length) return words
  return written.slice(-words.length)
}

/** A case number that begins the text, and what follows it. */
export function takeNumber(text: string): [string | null, string] {
  const match = /^(?:编号|#)?[\s:]*(?=\d)/u.exec(text)
  const digits = match ? /^\d(?:[ -]?\d){4,15}(?!\d)/u.exec(text.slice(match[0].length)) : null
  if (!match || !digits) return [null, text]
  // In `1042-9 4 A` the verb's digit stands right behind the number: the longest whole groups that pass are it.
  for (let length = digits[0].length; length >= 5; length--) {
    if (length < digits[0].length && !/[ -]/.test(digits[0][length]!)) continue
    const number = parseCaseNumber(digits[0].slice(0, length))
    if (number !== null) return [number, text.slice(match[0].length + length).replace(punctuation, '')]
  }
  return [null, text]
}
