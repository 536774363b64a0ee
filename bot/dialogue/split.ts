import { caseView } from '#templates'
import { separateProblems } from '#understanding'
import type { Entry } from '../working-set.ts'
import { takenOut } from './part.ts'
import { inShort } from './question.ts'
import { open } from './report.ts'
import { reply } from './turn.ts'
import type { Part, Reply, Turn } from './turn.ts'

/**
 * The matters of one message as cases of their own. The first case keeps the whole message, as it was said, and goes on
 * with the matter it was taken for; each of the others opens with its own words.
 */
export function splitUp(turn: Turn, entry: Entry): Reply {
  const { desk, speaker, now, cases } = turn
  const { case: first, firstText } = entry
  const text = firstText ?? ''
  const problems = separateProblems(desk.reader, text, desk.reader.read(text))
  if (problems === null)
    return reply('chosen', desk.say('together', { c: caseView(entry, desk.directory, now) }), first.id)

  const topicOf = (topic: string | null) => topic?.split('/')[0]
  const at = problems.findIndex(({ reading }) => topicOf(reading.topic) === topicOf(first.topic))
  const kept = Math.max(0, at)
  const line = (number: string, words: string, deputy: string | null) => ({
    number,
    deputy,
    text: inShort(words),
  })
  const parts: Part[] = []
  const lines = problems.map(({ text: words, reading }, index) => {
    if (index === kept) return line(first.number, words, caseView(entry, desk.directory, now).deputy)
    const { turn: alone, part } = takenOut(turn, words, first.words[0]!)
    speaker.memory.anonymousNext = first.anonymous
    // Where nothing else is said, they are at one place.
    const place = reading.place ?? placeOf(entry)
    const { caseId } = open(alone, { ...reading, place, reasons: [...reading.reasons, `split-from:${first.number}`] })
    parts.push(part(caseId!))
    const opened = cases.get(caseId!)!
    return line(opened.case.number, words, caseView(opened, desk.directory, now).deputy)
  })
  // One question was enough, and it is answered.
  speaker.memory.asked = null
  speaker.memory.anonymousNext = false
  return { ...reply('split', desk.say('split', { parts: lines }), first.id), parts }
}

function placeOf({ case: { place }, placeText }: Entry): { text: string; code: string } | null {
  return place === null ? null : { text: placeText ?? '', code: place }
}
