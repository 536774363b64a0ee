/** `node bench/twins.ts [CASES]`: how fast twins are found among open cases. One line of JSON. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { growCorpus, TwinIndex } from '#understanding'

const cases = Number(process.argv[2] ?? 1_000_000)
const areas = 100
const folder = join(import.meta.dirname, '..', 'understanding', 'corpus')
const hearts = growCorpus(
  ['topics-1.txt', 'topics-2.txt', 'topics-3.txt'].map((file) => readFileSync(join(folder, file), 'utf8')),
  { each: 6, seed: 3 },
).map(({ text }) => text)

const index = new TwinIndex()
const textOf = (at: number): string =>
  `${hearts[at % hearts.length]!}${hearts[(at * 7919 + 13) % hearts.length]!.slice(0, 12)}${at}号`
const before = process.memoryUsage().rss
const began = performance.now()
for (let at = 0; at < cases; at++) index.add(`c${at}`, textOf(at), `a${at % areas}`)
const built = performance.now() - began

const times: number[] = []
for (let at = 0; at < 1000; at++) {
  const start = performance.now()
  index.find({ text: textOf(at * 977), area: `a${at % areas}` })
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
console.log(
  JSON.stringify({
    cases,
    areas,
    build_seconds: Math.round(built / 100) / 10,
    find_ms_p50: Math.round(times[500]! * 100) / 100,
    find_ms_p99: Math.round(times[990]! * 100) / 100,
    memory_mb: Math.round((process.memoryUsage().rss - before) / 2 ** 20),
  }),
)
