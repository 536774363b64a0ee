/** What a message is for. The first six open a case; the last three never do. */
export const kinds = [
  'appeal',
  'suggestion',
  'legislation',
  'oversight',
  'enquiry',
  'praise',
  'progress',
  'evaluation',
  'chitchat',
] as const
export type Kind = (typeof kinds)[number]

export type Urgency = 'routine' | 'urgent' | 'emergency'

/** What was understood of one message, and why. */
export interface Reading {
  kind: Kind
  /** `一级` or `一级/二级` or `一级/二级/三级` of the city's topic list; null when nothing spoke for any. */
  topic: string | null
  /** 0..1 */
  topicConfidence: number
  /** The first level that comes next, where the topic is not sure and another is at all likely. */
  secondTopic?: TopicGuess
  place: PlaceFound | null
  urgency: Urgency
  /** For an emergency, which one (`gas`, `fire`, `medical`, `crime`, `self-harm`, `missing`, `electric`, `collapse`, `water`; `other`: it sounds like one). */
  danger: string | null
  /** Ids of people on the roll who are complained of by name. They never see the case. */
  accused: string[]
  /** The words and rules that counted, such as `topic:城乡建设<路灯`. For staff, never for residents. */
  reasons: string[]
}

export interface TopicGuess {
  topic: string
  /** 0..1 */
  confidence: number
}

/** A place as written; `code` names it in the gazetteer, null when the gazetteer doesn't know it. */
export interface PlaceFound {
  text: string
  code: string | null
  /** Codes of all that bear the name, where it stays open which is meant. */
  among?: string[]
}

/** One place of the city: a region (province … town), a community, an estate, a station. */
export interface GazetteerEntry {
  /** Statistical code for official regions; our own id below them. */
  code: string
  name: string
  /** Other names and common misspellings. */
  aliases: string[]
  /** The code of the place it lies in; null at the top. */
  parent: string | null
  level: PlaceLevel
}

export const placeLevels = ['province', 'city', 'county', 'town', 'community', 'estate'] as const
export type PlaceLevel = (typeof placeLevels)[number]

/** A person on the roll whom a resident may complain of by name. */
export interface NamedPerson {
  id: string
  name: string
}

/** A word that speaks for a topic: `路灯` → `城乡建设/城市建设和市政管理/城市公共设施`. */
export interface TopicWord {
  word: string
  topic: string
  /** 1 is usual; more for a word that hardly ever means anything else. */
  weight: number
}
