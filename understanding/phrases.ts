import { shareOfText, thingsOf } from './gist.ts'
import { normalise } from './normalise.ts'

const readUnits = 320
const mostWords = 3
const longest = 10
const mostPhrases = 4
const mostPeople = 100
/** Said by at least this share of those who spoke, and never by one alone: one person's words may tell who they are. */
const leastShare = 0.3
const leastPeople = 2
/** Whoever bears a title is somebody. */
const titles =
  /书记|主任|局长|镇长|县长|市长|区长|乡长|村长|所长|科长|队长|校长|院长|经理|先生|女士|老师|医生|师傅|警官|法官|代表|领导|您好|尊敬/

/** What somebody said, and how they call the place. */
interface Said {
  resident: string
  text: string
  place?: string | null
}

/**
 * What most of these people say, in their own words: the most telling phrases first. No digits, no titles, nothing that
 * only one of them says, and nothing with a word of `avoid` in it. Whole words of a dictionary, in which people's names
 * don't stand, and names of places.
 */
export function tellingPhrases(said: readonly Said[], avoid: readonly string[] = []): string[] {
  const people = new Map<string, Set<string>>()
  for (const { resident, text, place } of said) {
    let phrases = people.get(resident)
    if (!phrases) {
      if (people.size === mostPeople) continue
      people.set(resident, (phrases = new Set()))
    }
    // Half of a name would tell as much as the whole.
    const words = avoid.reduce((left, word) => (word === '' ? left : left.replaceAll(word, '，')), text)
    for (const phrase of phrasesOf(words)) phrases.add(phrase)
    for (const thing of thingsOf(words)) if (allHan.test(thing)) phrases.add(thing)
    const called = place ? normalise(place).text : ''
    if (allHan.test(called)) phrases.add(called)
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

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const allHan = /^[\u3400-\u9fff]{2,10}$/

/** Up to three words in a row, each of two characters and more: single ones are particles, or somebody's name. */
function* phrasesOf(text: string): Generator<string> {
  const plain = normalise(text).text.slice(0, readUnits)
  let row: string[] = []
  for (const { segment } of segmenter.segment(plain)) {
    if (!allHan.test(segment)) {
      row = []
      continue
    }
    row = [...row.slice(1 - mostWords), segment]
    for (let from = 0; from < row.length; from++) {
      const phrase = row.slice(from).join('')
      if (phrase.length <= longest) yield phrase
    }
  }
}

const isPhrase = (phrase: string): boolean => !titles.test(phrase)

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
