/**
 * `node bench/reader.ts`: lines and letters a second on one core, the model's size and load, beside @node-rs/jieba
 * segmenting the same text in the same run, where that package is installed. One line of JSON.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCity } from '#config'
import { createReader, growCorpus, Model } from '#understanding'

const understanding = join(import.meta.dirname, '..', 'understanding')
const city = loadCity('baiyin-demo')
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

const corpus = ['topics-1.txt', 'topics-2.txt', 'topics-3.txt', 'talk.txt'].map((file) =>
  readFileSync(join(understanding, 'corpus', file), 'utf8'),
)
const lines = growCorpus(corpus, { each: 3, seed: 9 }).map(({ text }) => text)
/** As long as the letters of a message board: 370 characters or so. */
const letters = Array.from({ length: 800 }, (_, at) => lines.slice(at * 10, at * 10 + 25).join('。')).filter(
  (text) => text.length > 200,
)

/** Best of three rounds of a second. */
function rate(texts: readonly string[], work: (text: string) => unknown): number {
  let best = 0
  for (let round = 0; round < 3; round++) {
    const began = performance.now()
    let done = 0
    while (performance.now() - began < 1000) for (let k = 0; k < 50; k++) work(texts[done++ % texts.length]!)
    best = Math.max(best, (1000 * done) / (performance.now() - began))
  }
  return Math.round(best)
}

/** Named in a variable: the package is optional and the type checker needn't find it. */
const peerName: string = '@node-rs/jieba'
const cut = await import(peerName).then(
  ({ Jieba }: { Jieba: new () => { cut(text: string): string[] } }) => {
    const jieba = new Jieba()
    return (text: string) => jieba.cut(text)
  },
  () => null,
)

console.log(
  JSON.stringify({
    lines_per_second: rate(lines, (text) => reader.read(text)),
    letters_per_second: rate(letters, (text) => reader.read(text)),
    letter_length: Math.round(letters.reduce((sum, { length }) => sum + length, 0) / letters.length),
    peer_lines_per_second: cut && rate(lines, cut),
    peer_letters_per_second: cut && rate(letters, cut),
    model_bytes: bytes.length,
    model_load_ms: Math.round(loaded * 10) / 10,
    memory_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
  }),
)
