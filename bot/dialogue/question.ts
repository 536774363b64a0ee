import { isOpen } from '#cases'
import { everydayTopic, shorten, splitLabels } from '#templates'
import type { Case } from '#cases'
import type { Problem, Reading } from '#understanding'
import type { Entry } from '../working-set.ts'
import type { Asked } from './memory.ts'
import type { Turn } from './turn.ts'

/** A question to a resident about a case that is open already: never a condition. */
export interface Question {
  what: Asked['what']
  options?: string[]
  /** For a message that holds several matters: their words. */
  parts?: string[]
}

/** Of one case; no answer to either stands in its way. */
const mostQuestions = 2
/** What is less likely than this is not offered. */
const leastLikely = 0.1
/** Below this nobody is told what it seems to be about. */
const leastTopic = 0.2
/** Below this neither guess is worth a question: nothing was recognised. */
const nothing = 0.3
/** Longer words said something, whether we understood it or not. */
const shortWords = 10
const mostPart = 24

const about = new Set(['appeal', 'suggestion', 'legislation', 'oversight', 'enquiry'])

/** What it is about, if that is more than a shot in the dark. */
export function topicOf(reading: Reading | null): string | null {
  return reading === null || reading.topicConfidence < leastTopic ? null : reading.topic
}

/** Both topics it may be about, likeliest first, where the reader isn't sure; null where it is. */
export function guessesOf(reading: Reading | null, askBelow: number): [string, string] | null {
  const second = reading?.secondTopic
  if (!reading || reading.topic === null || second === undefined || second.confidence < leastLikely) return null
  if (!about.has(reading.kind) || reading.topicConfidence >= askBelow) return null
  return [reading.topic, second.topic]
}

/** What to ask about a case just opened, or just added to: one thing at most, and nothing while a life is in danger. */
export function questionFor(
  turn: Turn,
  entry: Entry,
  reading: Reading | null,
  problems: readonly Problem[] | null,
  nth = 1,
): Question | null {
  const { case: known, placeText } = entry
  if (nth > mostQuestions || known.urgency === 'emergency' || !isOpen(known.status)) return null
  if (nth === 1 && !turn.words!.spoken) return { what: 'matter' }
  if (nth === 1 && problems !== null && known.accused.length === 0 && !holdsDuty(turn)) {
    const parts = problems.map(({ text }) => inShort(text))
    return { what: 'split', options: ['apart', 'together'], parts }
  }
  if (nth === 1 && saysNothing(turn, reading)) return { what: 'matter' }
  if (known.region === null) return whereabouts(reading, placeText)
  if (known.guesses === undefined || known.accused.length > 0 || holdsDuty(turn)) return null
  if (nth === 1 && reading !== null && reading.topicConfidence < nothing) return null
  return { what: 'topic', options: known.guesses }
}

function whereabouts(reading: Reading | null, placeText: string | null): Question {
  const among = reading?.place?.among ?? []
  if (among.length === 2) return { what: 'town', options: [...among] }
  return { what: placeText === null ? 'place' : 'town' }
}

/** 我要反映个事: what follows is the matter. */
const announcement =
  /^(?:[你您]好|代表|领导|同志|请问|\s|\p{P})*[我俺]?(?:们)?(?:[要想]|来)?(?:反映|投诉|举报|咨询|说|问|求助|有)(?:一下)?(?:一|两|几)?[个件点些]?(?:事情?|问题|情况)[\s\p{P}]*$/u

/** Nothing but that something will be said, or nothing that we understood. */
export function saysNothing({ words }: Turn, reading: Reading | null): boolean {
  if (reading === null || reading.place !== null || reading.urgency !== 'routine') return false
  const { text } = words!
  if ([...text].length <= 2 * shortWords && announcement.test(text)) return true
  return [...text].length <= shortWords && (reading.topic === null || reading.topicConfidence < nothing)
}

/** A deputy's digits mean something else. */
function holdsDuty({ speaker: { personId }, desk }: Turn): boolean {
  return personId !== null && desk.directory.roleOf(personId) === 'deputy'
}

/** A matter's words as one of several: without the sign that led on to it. */
export function inShort(words: string): string {
  const text = words
    .replace(/\s+/gu, ' ')
    .replace(lead, '')
    .replace(/[\s\p{P}]+$/u, '')
  return shorten(text === '' ? words.trim() : text, mostPart)
}
const lead =
  /^[\s\p{P}]*(?:[①-⑥]|[1-6１-６一二三四五六]\s*[、.．)）]|另外|还有(?:就是|一个|一件事?)?|其次|顺便(?:再?说一下|反映一下)?|对了|再(?:就是|一个|者|说))[\s\p{P}]*/u

/** What each answer of a choice is called. */
export function labelsOf({ what, options = [] }: Pick<Asked, 'what' | 'options'>, { desk }: Turn): string[] {
  switch (what) {
    case 'topic':
      return options.map(everydayTopic)
    case 'town':
      return options.map((code) => desk.directory.place(code) ?? code)
    case 'split':
      return splitLabels
    default:
      return []
  }
}

/** Remembers what is asked, and puts it into words: into the answer, or to be sent after it where it can be tapped. */
export function ask(
  turn: Turn,
  question: Question | null,
  known: Case,
  nth = 1,
): {
  ask: string | null
  question: string | null
  tell?: [{ contactId: string; template: string; text: string; caseId: string }]
} {
  const { speaker, desk } = turn
  if (question === null) {
    speaker.memory.asked = null
    return { ask: null, question: null }
  }
  const { what, options, parts = [] } = question
  const asked: Asked = { what, caseId: known.id, at: turn.saidAt, ...(options && { options }), ...(nth > 1 && { nth }) }
  speaker.memory.asked = asked
  if (options === undefined) return { ask: what, question: null }
  const template = what === 'topic' ? 'ask-topic' : what === 'town' ? 'ask-town' : 'ask-split'
  // In a group nobody else shall tap it, and people on the rolls have lanes of their own.
  const tap = turn.canTap && turn.inbound.room === undefined && speaker.personId === null
  const place = turn.cases.get(known.id)?.placeText ?? null
  const text = desk.say(template, { tap, place, parts, options: labelsOf(asked, turn) })
  if (!tap) return { ask: null, question: text }
  return { ask: null, question: null, tell: [{ contactId: speaker.id, template, text, caseId: known.id }] }
}

/** What was asked of this case is answered, or let be; a second thing may be asked, of which words alone can be asked. */
export function nextQuestion(turn: Turn, entry: Entry, reading: Reading | null): ReturnType<typeof ask> | null {
  const { memory } = turn.speaker
  const { asked } = memory
  if (asked === null || asked.caseId !== entry.case.id) {
    // Said by the way: what was asked of another case stays open.
    if (asked !== null && turn.words!.spoken && !isChoice(asked)) memory.asked = null
    return null
  }
  const whereabouts = asked.what === 'place' || asked.what === 'town'
  const answered = turn.words!.spoken || (whereabouts && (reading?.place ?? null) !== null)
  const pending = asked.what === 'split' || (asked.what === 'topic' && entry.case.guesses !== undefined)
  if (!answered || pending) return null
  const nth = (asked.nth ?? 1) + 1
  return ask(turn, asked.what === 'why' ? null : questionFor(turn, entry, reading, null, nth), entry.case, nth)
}

/** It is answered in so many words, or not at all. */
export const isChoice = ({ what }: Asked): boolean => what === 'topic' || what === 'split'

/** The place that is meant where they were asked which of several: 会宁的 says it as well. */
export function meant(
  { speaker, desk: { directory } }: Turn,
  { case: { id } }: Entry,
  reading: Reading | null,
): Reading | null {
  const { asked } = speaker.memory
  const code = reading?.place?.code ?? null
  if (reading === null || code === null || asked?.what !== 'town' || asked.caseId !== id) return reading
  const inside = (asked.options ?? []).filter((option) => directory.ancestors(option).includes(code))
  return inside.length === 1 ? { ...reading, place: { ...reading.place!, code: inside[0]! } } : reading
}
