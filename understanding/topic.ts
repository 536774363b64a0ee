import { longest } from './finds.ts'
import type { Find, Finds, Mark } from './finds.ts'
import { normalise } from './normalise.ts'
import type { TopicGuess, TopicWord } from './reading.ts'

export interface TopicFound {
  topic: string | null
  confidence: number
  reasons: string[]
  /** Null where nothing else is likely, or not asked for because this one is sure. */
  second: TopicGuess | null
}

/** Nobody is asked about what is surer than this, so nothing else is looked for. */
export const surely = 0.95
/** A guess that is less likely than this is none. */
export const leastGuess = 0.05

interface Vote {
  path: string[]
  weight: number
}

/** The opening of a message says what it is about; a letter's later parts tell the story. */
const opening = 30
const openingFactor = 1.6
/** Each repetition of one word counts this share of the one before. */
const repetition = 0.35

/**
 * The words of the list, each cut to the deepest level that `topics` knows: a list of first levels gives answers of
 * first levels. A word whose topic isn't known at all is left out.
 */
export function* topicWordMarks(
  topicWords: readonly TopicWord[],
  topics: readonly string[],
): Generator<[string, Mark]> {
  const known = new Set(topics.flatMap((topic) => prefixes(topic)))
  for (const { word, topic, weight } of topicWords) {
    const path = prefixes(topic).findLast((prefix) => known.has(prefix))
    if (path === undefined) continue
    const value: Vote = { path: prefixes(path), weight }
    yield [normalise(word).text, { name: 'topic', value }]
  }
}

/** `a/b/c` → `a`, `a/b`, `a/b/c` */
function prefixes(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** What the words of the list say, before anything is decided. */
export interface Votes {
  /** By path, at every level. */
  scores: Map<string, number>
  /** How often each word of the list was found. */
  words: Map<string, number>
  counted: { word: string; path: string[]; score: number }[]
  total: number
}

/** The rules, the model and the levels below its choice all ask for the votes of one text. */
const counts = new WeakMap<Finds, Votes>()

export function votesOf(finds: Finds): Votes {
  let votes = counts.get(finds)
  if (!votes) counts.set(finds, (votes = countVotes(finds)))
  return votes
}

function countVotes(finds: Finds): Votes {
  const scores = new Map<string, number>()
  const words = new Map<string, number>()
  const times = new Map<string, number>()
  const counted: Votes['counted'] = []
  const found = finds.of('topic')
  if (found.length === 0) return { scores, words, counted, total: 0 }
  const kept = new Set(longest(found).map(spanKey))
  let total = 0
  for (const find of found) {
    // One word may stand for several topics; a shorter word inside a longer one stands for none.
    if (!kept.has(spanKey(find))) continue
    if (isInNumber(finds.text, find)) continue
    const { path, weight } = find.value as Vote
    const word = finds.word(find)
    const key = `${word}<${path.at(-1)}`
    const before = times.get(key) ?? 0
    times.set(key, before + 1)
    words.set(word, before + 1)
    const score = weight * repetition ** before * (find.start < opening ? openingFactor : 1)
    total += score
    for (const level of path) scores.set(level, (scores.get(level) ?? 0) + score)
    if (before === 0) counted.push({ word, path, score })
  }
  return { scores, words, counted, total }
}

/** One number for a span: texts are shorter than 2^26 units. */
const spanKey = ({ start, end }: Find): number => start * 2 ** 26 + end

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** 110 and 12345 are words, but not where they stand in a telephone number. */
function isInNumber(text: string, { start, end }: Find): boolean {
  if (isDigit(text.charCodeAt(start)) && isDigit(text.charCodeAt(start - 1))) return true
  return isDigit(text.charCodeAt(end - 1)) && isDigit(text.charCodeAt(end))
}

/**
 * The topic that most weight speaks for; a level deeper as long as words of that depth speak for it clearly. `chosen`
 * is a first level already decided on: then only what lies under it is asked of the words.
 */
export function readTopic(finds: Finds, chosen?: string): TopicFound {
  const { scores, counted, total } = votesOf(finds)
  const first = chosen ?? best(scores, null)
  if (first === null || !scores.has(first)) return { topic: chosen ?? null, confidence: 0, reasons: [], second: null }
  const score = scores.get(first)!
  const second = runnerUp(scores, first)
  let topic = first
  for (let next = best(scores, topic); next !== null; next = best(scores, topic)) {
    // Two topics that are alike in weight: the level above is the honest answer.
    if (scores.get(next)! < 0.3 * scores.get(topic)! || runnerUp(scores, next) === scores.get(next)) break
    topic = next
  }
  const confidence = Math.min(0.99, ((score - second / 2) / total) * (score / (score + 0.6)))
  const reasons = counted
    .filter(({ path }) => path[0] === first)
    .sort((a, b) => b.score - a.score)
    .slice(0, 5)
    .map(({ word, path }) => `topic:${path.at(-1)}<${word}`)
  return {
    topic,
    confidence: Math.round(confidence * 100) / 100,
    reasons,
    second: second === 0 || confidence >= surely ? null : guessBeside(first, scores, total, confidence),
  }
}

function guessBeside(
  first: string,
  scores: ReadonlyMap<string, number>,
  total: number,
  most: number,
): TopicGuess | null {
  const others = new Map([...scores].filter(([path]) => path !== first))
  const topic = best(others, null)
  const share = topic === null ? 0 : Math.min(most, scores.get(topic)! / total)
  return topic === null || share < leastGuess ? null : { topic, confidence: Math.round(share * 100) / 100 }
}

/** Whether `path` is one level under `parent`; null: a first level. */
function isUnder(path: string, parent: string | null): boolean {
  if (parent === null) return !path.includes('/')
  return path.startsWith(`${parent}/`) && !path.includes('/', parent.length + 1)
}

/** The heaviest topic directly under `parent`. */
function best(scores: ReadonlyMap<string, number>, parent: string | null): string | null {
  let top: string | null = null
  for (const [path, score] of scores) {
    if (isUnder(path, parent) && (top === null || score > scores.get(top)!)) top = path
  }
  return top
}

/** The weight of the next one beside `path`; 0 if none. */
function runnerUp(scores: ReadonlyMap<string, number>, path: string): number {
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : null
  let top = 0
  for (const [other, score] of scores) if (other !== path && isUnder(other, parent)) top = Math.max(top, score)
  return top
}
