import { accusedWords, readAccused } from './accused.ts'
import { Automaton } from './automaton.ts'
import { Finds } from './finds.ts'
import type { Mark } from './finds.ts'
import { Gazetteer } from './gazetteer.ts'
import { isMatter } from './group.ts'
import { kindWordMarks, readKind } from './kind.ts'
import { modelUrgency } from './model/danger.ts'
import { modelKind } from './model/kind.ts'
import type { Model } from './model/model.ts'
import { modelTopic } from './model/topic.ts'
import { asWritten, normalise } from './normalise.ts'
import { placeWords, readPlace } from './place.ts'
import type { GazetteerEntry, Kind, NamedPerson, Reading, TopicWord } from './reading.ts'
import { SoundList } from './sounds.ts'
import { readTopic, topicWordMarks } from './topic.ts'
import { letterLength, readUrgency, urgencyWords } from './urgency.ts'

/** What the city tells the reader. */
export interface ReaderOptions {
  gazetteer: readonly GazetteerEntry[]
  topicWords: readonly TopicWord[]
  /** Paths `一级/二级/三级`, or first levels alone: answers are never deeper than these. */
  topics: readonly string[]
  people: readonly NamedPerson[]
  /** Code of the region served: decides between places of one name. */
  region?: string | undefined
  /** What was learnt; without it the rules decide alone. */
  model?: Model | undefined
}

export interface ReadOptions {
  /** `group`: all talk of a group is listened to, and what is no matter for anybody is chitchat. */
  setting?: 'private' | 'group'
}

export interface Reader {
  /** Never throws, whatever the text; time grows with its length alone. */
  read(text: string, options?: ReadOptions): Reading
}

/** The words and rules before a model: what a model is trained on, too. */
export interface Look {
  finds: Finds
  kind: Kind
  danger: boolean
}

/**
 * Builds the reader once (tens of milliseconds); reading is then one walk through the text and a few small rules.
 * Throws `GAZETTEER_CODE_TWICE`.
 */
export function createReader(options: ReaderOptions): Reader {
  const { topics, region, model } = options
  const { places, scanned } = wordsOf(options)
  const allowed = model ? allowedTopics(model, topics) : null

  return {
    read(text, { setting = 'private' } = {}) {
      const normal = normalise(text)
      const finds = scanned(normal.text)
      const place = readPlace(finds, places, region)
      let urgency = readUrgency(finds)
      const { accused, reasons: accusing } = readAccused(finds)
      let topic = readTopic(finds)
      const context = {
        accused: accused.length > 0,
        topic: topic.topic !== null,
        place: place !== null,
        danger: urgency.danger !== null,
      }
      let kind = readKind(finds, context)
      if (model) {
        const features = model.featuresOf(finds, kind.kind)
        if (model.header.danger && normal.text.length <= letterLength) {
          urgency = modelUrgency(urgency, model, features, finds)
          if (context.danger !== (urgency.danger !== null)) {
            context.danger = urgency.danger !== null
            kind = readKind(finds, context)
          }
        }
        // The model answers by margins in one shared buffer: topics are read off before kinds are asked.
        if (allowed) topic = modelTopic(model, features, finds, topic, allowed, urgency.danger)
        const margins = model.kindMargins(features)
        if (!context.accused && !context.danger) kind = modelKind(kind, margins.kinds, finds, context)
        if (setting === 'group' && !context.accused && !context.danger) kind = isMatter(kind, margins, finds, context)
      } else if (setting === 'group') kind = isMatter(kind, null, finds, context)
      if (kind.kind === 'chitchat' || kind.kind === 'progress' || kind.kind === 'evaluation') {
        // Nothing is opened, so nothing has a topic; a rule's word for it stays for those who ask for it.
        topic = { ...topic, topic: model ? null : topic.topic }
      }
      return {
        kind: kind.kind,
        topic: topic.topic,
        topicConfidence: topic.topic === null ? 0 : topic.confidence,
        ...(topic.second === null || topic.topic === null ? {} : { secondTopic: topic.second }),
        place: place && {
          text: asWritten(text, normal, place.start, place.end),
          code: place.code,
          ...(place.among.length === 0 ? {} : { among: place.among.map(({ code }) => code) }),
        },
        urgency: urgency.urgency,
        danger: urgency.danger,
        accused,
        reasons: [...kind.reasons, ...accusing, ...urgency.reasons, ...topic.reasons, ...(place ? [place.reason] : [])],
      }
    },
  }
}

/** How the rules alone look at a text, for training. */
export function createLook(options: ReaderOptions): (text: string) => Look {
  const { places, scanned } = wordsOf(options)
  return (text) => {
    const finds = scanned(normalise(text).text)
    const context = {
      accused: readAccused(finds).accused.length > 0,
      topic: readTopic(finds).topic !== null,
      place: readPlace(finds, places, options.region) !== null,
      danger: readUrgency(finds).danger !== null,
    }
    return { finds, kind: readKind(finds, context).kind, danger: context.danger }
  }
}

/** Only chat is spoken into a phone, and in a long text some word of the list is always spelt right. */
const spokenUnits = 60
/** A word that says little says nothing when it is only heard. */
const spokenWeight = 1

function wordsOf({ gazetteer, topicWords, topics, people }: ReaderOptions) {
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
  const telling = topicWords.filter(({ weight }) => weight >= spokenWeight)
  const sounds = new SoundList(topicWordMarks(telling, topics))
  const scanned = (text: string): Finds => {
    const hits = automaton.scan(text)
    const finds = new Finds(text, hits)
    if (finds.has('topic') || text.length > spokenUnits) return finds
    const heard = sounds.hits(text)
    return heard.length === 0 ? finds : new Finds(text, [...hits, ...heard])
  }
  return { places, scanned }
}

/** Which of the model's topics the city knows; null where a choice among them would be none. */
function allowedTopics(model: Model, topics: readonly string[]): boolean[] | null {
  const firsts = new Set(topics.map((topic) => topic.split('/')[0]))
  const known = model.header.topics.map((topic) => firsts.has(topic))
  // A city with topics of its own that the model never saw is read by its words.
  return known.filter(Boolean).length === firsts.size && firsts.size > 1 ? known : null
}
