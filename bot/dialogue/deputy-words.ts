import { findCaseNumbers } from '#cases'
import type { Outcome } from '#cases'

export type DeputyVerb = 'accept' | 'decline' | 'progress' | 'answer'

export type DeputyWord =
  | { do: DeputyVerb; number: string | null; outcome: Outcome | null; words: string }
  | { do: 'list' }
  | { do: 'detail'; number: string | null }
  | { do: 'help' }

const verbs: [RegExp, DeputyVerb][] = [
  [/^(?:接单|接受|接件|我接|收到接单)/u, 'accept'],
  [/^(?:退回|退单|不接|转出)/u, 'decline'],
  [/^(?:进展|办理进展|进度)(?=[\s:,，：。\d]|\S)/u, 'progress'],
  [/^(?:答复|办结|回复)/u, 'answer'],
  [/^1(?=\D|$)/u, 'accept'],
  [/^2(?=\D|$)/u, 'decline'],
  [/^3(?=\D|$)/u, 'progress'],
  [/^4(?=\D|$)/u, 'answer'],
]
const punctuation = /^[\s:：,，.。、;；#]+/u
const outcomeLetter = /^([A-Da-d])(?:类)?(?=$|[^A-Za-z])/u

/** How a deputy's verb is said back to them. */
export const verbNames: Record<DeputyVerb, string> = { accept: '接单', decline: '退回', progress: '进展', answer: '答复' }

/**
 * What a deputy writes: a verb by word or number, the case's number before or behind it if they name one, then the
 * outcome and words. `1`, `接单 1042-8`, `1042-8 退回 不是我们镇`, `4 A 路灯已换新`. Null when it is none of these.
 */
export function readDeputyWord(said: string): DeputyWord | null {
  let text = said.normalize('NFKC').trim()
  if (/^(?:帮助|help|\?)$/iu.test(text)) return { do: 'help' }
  if (/^(?:在手|待办|我的待办|列表|清单)$/u.test(text)) return { do: 'list' }
  const [leading, afterLeading] = takeNumber(text)
  if (leading !== null) text = afterLeading

  if (/^(?:详情|全文|查看)/u.test(text)) {
    return { do: 'detail', number: leading ?? findCaseNumbers(text)[0] ?? null }
  }
  if (leading !== null && text === '') return { do: 'detail', number: leading }
  for (const [pattern, verb] of verbs) {
    const match = pattern.exec(text)
    if (!match) continue
    let rest = text.slice(match[0].length).replace(punctuation, '')
    let number = leading
    if (number === null) [number, rest] = takeNumber(rest)
    const letter = verb === 'answer' ? outcomeLetter.exec(rest) : null
    if (letter) rest = rest.slice(letter[0].length)
    return {
      do: verb,
      number,
      outcome: letter ? (letter[1]!.toUpperCase() as Outcome) : null,
      words: rest.replace(punctuation, '').trim(),
    }
  }
  return null
}

/** A case number that begins the text, and what follows it. */
function takeNumber(text: string): [string | null, string] {
  const match = /^(?:编号|#)?\s*(\d(?:[ -]?\d){4,15})(?!\d)/u.exec(text)
  const number = match ? findCaseNumbers(match[1]!)[0] : undefined
  return match && number !== undefined ? [number, text.slice(match[0].length).replace(punctuation, '')] : [null, text]
}
