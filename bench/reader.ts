/**
 * `node bench/reader.ts`: lines and letters a second on one core, the model's size and load, beside @node-rs/jieba
 * segmenting the same text in the same run. One line of JSON.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCity } from '#config'
import { createReader, growCorpus, Model } from '#understanding'

const understanding = join(import.meta.dirname, '..', 'understanding')
const city = loadCity('baiyin-demo')
const before = process.memoryUsage().rss
const started = performance.now()
const bytes = readFileSync(join(understanding, 'model', 'base.bin'))
const model = Model.read(bytes)
const loaded = performance.now() - started
const reader = createReader({
  gazetteer: city.regions,
  topicWords: city.topicWords,
  topics: city.topics,
  people: [],
  model,
})

// Read once with each of its parts: what a process holds more than one that never loaded a model.
reader.read('路灯坏了')
const held = process.memoryUsage().rss - before

const corpus = ['topics-1.txt', 'topics-2.txt', 'topics-3.txt', 'talk.txt'].map((file) =>
  readFileSync(join(understanding, 'corpus', file), 'utf8'),
)
const lines = growCorpus(corpus, { each: 3, seed: 9 }).map(({ text }) => text)
/** As long as the letters of a message board: 370 characters or so. */
const letters = Array.from({ length: 800 }, (_, at) => lines.slice(at * 10, at * 10 + 25).join('。')).filter(
  (text) => text.length > 200,
)

/** Best of three rounds of a second each, taken in turns so that a busy moment of the machine meets both. */
function rates(texts: readonly string[]): { ours: number; peer: number; ratio: number } {
  const works = [(text: string) => reader.read(text), (text: string) => jieba.cut(text)]
  const best = [0, 0]
  for (let round = 0; round < 3; round++) {
    for (const [at, work] of works.entries()) {
      const began = performance.now()
      let done = 0
      while (performance.now() - began < 1000) for (let k = 0; k < 50; k++) work(texts[done++ % texts.length]!)
      best[at] = Math.max(best[at]!, (1000 * done) / (performance.now() - began))
    }
  }
  const [ours, peer] = [Math.round(best[0]!), Math.round(best[1]!)]
  return { ours, peer, ratio: Math.round((100 * ours) / peer) / 100 }
}

for (const text of [...lines, ...letters]) reader.read(text)
const memory = process.memoryUsage().rss

// Loaded only now, so that its dictionary isn't counted as ours; without one it would find next to no words.
const { Jieba } = await import('@node-rs/jieba')
const { dict } = await import('@node-rs/jieba/dict.js')
const jieba = Jieba.withDict(dict)
const lineRates = rates(lines)
const letterRates = rates(letters)

console.log(
  JSON.stringify({
    lines_per_second: lineRates.ours,
    peer_lines_per_second: lineRates.peer,
    lines_ratio: lineRates.ratio,
    letters_per_second: letterRates.ours,
    peer_letters_per_second: letterRates.peer,
    letters_ratio: letterRates.ratio,
    letter_length: Math.round(letters.reduce((sum, { length }) => sum + length, 0) / letters.length),
    model_bytes: bytes.length,
    model_load_ms: Math.round(loaded * 10) / 10,
    model_and_lists_memory_mb: Math.round(held / 2 ** 20),
    memory_mb: Math.round(memory / 2 ** 20),
  }),
)
