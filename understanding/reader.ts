import { accusedWords, readAccused } from './accused.ts'
import { Automaton } from './automaton.ts'
import { Finds } from './finds.ts'
import type { Mark } from './finds.ts'
import { Gazetteer } from './gazetteer.ts'
import { kindWordMarks, readKind } from './kind.ts'
import { asWritten, normalise } from './normalise.ts'
import { placeWords, readPlace } from './place.ts'
import type { GazetteerEntry, NamedPerson, Reading, TopicWord } from './reading.ts'
import { readTopic, topicWordMarks } from './topic.ts'
import { readUrgency, urgencyWords } from './urgency.ts'

/** What the city tells the reader. */
export interface ReaderOptions {
  gazetteer: readonly GazetteerEntry[]
  topicWords: readonly TopicWord[]
  /** Paths `一级/二级/三级`, or first levels alone: answers are never deeper than these. */
  topics: readonly string[]
  people: readonly NamedPerson[]
  /** Code of the region served: decides between places of one name. */
  region?: string | undefined
}

export interface Reader {
  /** Never throws, whatever the text; time grows with its length alone. */
  read(text: string): Reading
}

/**
 * Builds the reader once (tens of milliseconds); reading is then one walk through the text and a few small rules.
 * Throws `GAZETTEER_CODE_TWICE`.
 */
export function createReader({ gazetteer, topicWords, topics, people, region }: ReaderOptions): Reader {
  const places = new Gazetteer(gazetteer)
  const automaton = new Automaton<Mark>()
  const lists = [
    topicWordMarks(topicWords, topics),
    placeWords(places),
    accusedWords(people),
    kindWordMarks(),
    urgencyWords(),
  ]
  for (const list of lists) for (const [word, mark] of list) automaton.add(word, mark)

  return {
    read(text) {
      const normal = normalise(text)
      const finds = new Finds(normal.text, automaton.scan(normal.text))
      const topic = readTopic(finds)
      const place = readPlace(finds, places, region)
      const urgency = readUrgency(finds)
      const { accused, reasons: accusing } = readAccused(finds)
      const kind = readKind(finds, {
        accused: accused.length > 0,
        topic: topic.topic !== null,
        place: place !== null,
        danger: urgency.danger !== null,
      })
      return {
        kind: kind.kind,
        topic: topic.topic,
        topicConfidence: topic.confidence,
        place: place && { text: asWritten(text, normal, place.start, place.end), code: place.code },
        urgency: urgency.urgency,
        danger: urgency.danger,
        accused,
        reasons: [...kind.reasons, ...accusing, ...urgency.reasons, ...topic.reasons, ...(place ? [place.reason] : [])],
      }
    },
  }
}
