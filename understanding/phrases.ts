import { shareOfText } from './gist.ts'
import { isHan, normalise } from './normalise.ts'

const longest = 8
const readUnits = 320
const mostPhrases = 4
const mostPeople = 100
/** Said by at least this share of those who spoke, and never by one alone: one person's words may tell who they are. */
const leastShare = 0.3
const leastPeople = 2
/** With no such beginning or end a phrase is a phrase. */
const loose = new Set(
  '的了在是有把被们我你他她它这那和与及就都也很不没又还要会能可将从到给对向为让使用并且但而或个些之其此该每各某等着过地得所以因于吗呢吧啊一',
)
/** Whoever bears a title is somebody. */
const titles =
  /书记|主任|局长|镇长|县长|市长|区长|乡长|村长|所长|科长|队长|校长|院长|经理|先生|女士|老师|医生|师傅|警官|法官|代表|领导|您好|尊敬/

/**
 * What most of these people say, in their own words: the most telling phrases first. No digits, no titles, nothing that
 * only one of them says, and nothing with a word of `avoid` in it.
 */
export function tellingPhrases(
  said: readonly { resident: string; text: string }[],
  avoid: readonly string[] = [],
): string[] {
  const people = new Map<string, Set<string>>()
  for (const { resident, text } of said) {
    let phrases = people.get(resident)
    if (!phrases) {
      if (people.size === mostPeople) continue
      people.set(resident, (phrases = new Set()))
    }
    for (const phrase of phrasesOf(text)) phrases.add(phrase)
  }
  const counts = new Map<string, number>()
  for (const phrases of people.values()) for (const phrase of phrases) counts.set(phrase, (counts.get(phrase) ?? 0) + 1)

  const least = Math.max(leastPeople, Math.ceil(leastShare * people.size))
  const scored = [...counts]
    .filter(([phrase, count]) => count >= least && isPhrase(phrase) && !avoid.some((word) => phrase.includes(word)))
    .map(([phrase, count]) => ({ phrase, score: count * worthOf(phrase) }))
    .sort((a, b) => b.score - a.score || (a.phrase < b.phrase ? -1 : 1))
  const chosen: string[] = []
  for (const { phrase } of scored) {
    if (chosen.length === mostPhrases) break
    if (!chosen.some((other) => sharesPair(other, phrase))) chosen.push(phrase)
  }
  return chosen
}

function* phrasesOf(text: string): Generator<string> {
  const plain = normalise(text).text.slice(0, readUnits)
  for (let start = 0; start < plain.length; start++) {
    for (let end = start; end < Math.min(plain.length, start + longest) && isHan(plain.charCodeAt(end)); end++)
      if (end > start) yield plain.slice(start, end + 1)
  }
}

const isPhrase = (phrase: string): boolean =>
  !loose.has(phrase[0]!) && !loose.has(phrase.at(-1)!) && !titles.test(phrase)

/** The rarer in everyday talk the more; a longer one tells more, but not twice as much for twice the length. */
function worthOf(phrase: string): number {
  let worth = 0
  for (let at = 1; at < phrase.length; at++) worth += -Math.log(Math.max(0.0015, shareOfText(phrase, at - 1)))
  return worth / Math.sqrt(phrase.length - 1)
}

function sharesPair(a: string, b: string): boolean {
  for (let at = 1; at < b.length; at++) if (a.includes(b.slice(at - 1, at + 1))) return true
  return false
}
