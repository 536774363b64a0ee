import { shanghaiDay } from '#base'
import type { CityAnswer } from '#config'
import type { Reading } from '#understanding'
import { takenOut } from './part.ts'
import { open } from './report.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

/** Who writes more than this tells a story, and wants to be heard. */
const longestQuestion = 60

/**
 * The city's own answer that is surely meant: an entry all of whose groups are named and that asks for more of them than
 * any other that fits. Null where there is none, or two: then a person answers. Days are Shanghai's.
 */
export function answerTo(question: string, answers: readonly CityAnswer[], now: Date): CityAnswer | null {
  const text = plain(question)
  if ([...text].length > longestQuestion) return null
  const today = shanghaiDay(now)
  const fitting = answers
    .filter(
      ({ until, words }) => today <= until && words.every((group) => group.some((word) => text.includes(plain(word)))),
    )
    .sort((a, b) => b.words.length - a.words.length)
  const [best, next] = fitting
  return best === undefined || best.words.length === next?.words.length ? null : best
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')

/** A question that the city answered itself is answered in its words, with their source; never in words of ours. */
export function quote(turn: Turn, reading: Reading): Reply | null {
  const { words, desk, speaker, now } = turn
  if (desk.city.answers.length === 0 || reading.kind !== 'enquiry' || words === null) return null
  if (reading.urgency !== 'routine' || reading.accused.length > 0) return null
  const found = answerTo(words.text, desk.city.answers, now)
  if (found === null) return null
  speaker.memory.quoted = { message: words.reference.message, text: words.text }
  const { answer, source } = found
  return reply('quoted', desk.say('quoted', { answer, source }))
}

/** They want a person: what they asked becomes a case, with the words in which they asked it. */
export function callPerson(turn: Turn): Reply {
  const { speaker, desk } = turn
  const { quoted } = speaker.memory
  if (quoted === null) return reply('chitchat', desk.say('smalltalk', {}))
  speaker.memory.quoted = null
  const { turn: asked, part } = takenOut(turn, quoted.text, quoted.message)
  const opened = open(asked, desk.reader.read(quoted.text))
  return { ...opened, parts: [part(opened.caseId!)] }
}
