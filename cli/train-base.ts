import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCity } from '#config'
import { createLook, growCorpus, trainModel, tuneModel } from '#understanding'
import type { City } from '#config'
import type { Example, Model, Trained } from '#understanding'
import { corpusFolder, readCorpus } from './model-file.ts'

/** Grown lines of each heart, and how much a line and a listed word count beside a letter. */
const each = 2
const lineWeight = 0.35
const wordWeight = 0.2
/** The base's lines come along with corrections so that nothing is forgotten; they are learnt already. */
const replayWeight = 0.1

/** What the shipped model learns from. `folder` may hold `labelled.jsonl`; without it there are no letters. */
function baseExamples(folder: string): { letters: Example[]; lines: Example[]; words: Example[] } {
  const city = loadCity('baiyin-demo')
  const file = join(folder, 'labelled.jsonl')
  const rows = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  const letters = rows.map((row): Example => {
    const { text, topic } = JSON.parse(row) as { text: string; topic: string }
    return { text, topic, kind: null, setting: 'private' }
  })
  const named = [
    ...city.topicWords,
    ...city.topics.map((topic) => ({ word: topic.split('/').slice(1).join(' '), topic })),
  ]
  const words = named
    .filter(({ word }) => word !== '' && !word.startsWith('其他'))
    .map(({ word, topic }, at): Example => ({
      text: word,
      topic,
      kind: null,
      setting: 'private',
      heart: 1_000_000 + at,
      word: true,
    }))
  return { letters, lines: growCorpus(readCorpus(), { each, seed: 20_260 }), words }
}

/** The letters that nobody has labelled, without their titles; of the answered ones only what was asked. */
function unlabelledIn(folder: string): string[] {
  return ['stream.jsonl', 'replies.jsonl'].flatMap((name) => {
    const file = join(folder, name)
    if (!existsSync(file)) return []
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((row) => (JSON.parse(row) as { text: string }).text)
  })
}

/** Lines written apart from the corpus and read since: too well known to measure on, good enough to see how sure to be. */
function readTrials(): Example[] {
  return ['held-out.jsonl', 'held-out-2.jsonl', 'held-out-3.jsonl', 'held-out-4.jsonl'].flatMap((name) =>
    readFileSync(join(corpusFolder, name), 'utf8')
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Example),
  )
}

const look = (city: City): PrepareLook =>
  createLook({ gazetteer: [], topicWords: city.topicWords, topics: city.topics, people: [] })
type PrepareLook = ReturnType<typeof createLook>

/** Builds the shipped model. The same input gives the same bytes. */
export function trainBase(folder: string): Trained {
  const { letters, lines, words } = baseExamples(folder)
  const unlabelled = unlabelledIn(folder)
  const city = loadCity('baiyin-demo')
  return trainModel({
    examples: [...letters, ...lines, ...words],
    weightOf: ({ word, heart }) => (word ? wordWeight : heart === undefined ? 1 : lineWeight),
    topics: [...new Set(city.topics.map((topic) => topic.split('/')[0]!))],
    look: look(city),
    trials: readTrials(),
    unlabelled: letters.length > 0 ? unlabelled : [],
    version: letters.length > 0 ? 'base-2' : 'base-2-corpus-only',
    provenance: { letters: letters.length, unlabelled: unlabelled.length, lines: lines.length },
  })
}

/** A city's model: the shipped one, gone on with its corrections. */
export function tuneBase(base: Model, city: City, corrections: readonly Example[], version: string): Uint8Array {
  const lines = growCorpus(readCorpus(), { each: 1, seed: 20_260 })
  return tuneModel(base, {
    examples: [...corrections, ...lines],
    weightOf: ({ heart }) => (heart === undefined ? 1 : replayWeight),
    look: look(city),
    version,
    provenance: { base: base.header.version, corrections: corrections.length },
  })
}

export function trainingReport({ letters, lines }: Trained): string {
  return Object.entries({ letters, lines })
    .flatMap(([name, figures]) =>
      figures
        ? [
            `${name}: ${figures.count}, cross-validated macro-F1 ${figures.macroF1.toFixed(4)}, accuracy ${figures.accuracy.toFixed(4)}, ` +
              `sent on at 95 %: ${(100 * figures.coverage95).toFixed(1)} %, calibration error ${figures.calibrationError.toFixed(3)}`,
          ]
        : [],
    )
    .join('\n')
}
