/** `node bench/twins.ts [CASES]`: how fast twins are found among open cases, and the room they take. One line of JSON. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { growCorpus, TwinIndex } from '#understanding'
import type { TwinCase } from '#understanding'

const cases = Number(process.argv[2] ?? 1_000_000)
const areas = 100
const estates = 200
const queries = 1_000
const folder = join(import.meta.dirname, '..', 'understanding', 'corpus')
const hearts = growCorpus(
  ['topics-1.txt', 'topics-2.txt', 'topics-3.txt'].map((file) => readFileSync(join(folder, file), 'utf8')),
  { each: 6, seed: 3 },
).map(({ text }) => text)

/** Two hearts and a house number, at one of an area's estates, some day of the last year. */
function caseAt(at: number): TwinCase {
  const near = `c-${(at * 31) % (estates / 4)}`
  const text = `${hearts[at % hearts.length]!}${hearts[(at * 7919 + 13) % hearts.length]!.slice(0, 12)}${at % 40}号楼`
  const openedAt = new Date(Date.UTC(2026, 0, 1) + ((at * 613) % 525_600) * 60_000)
  const places = [`e-${(at * 31) % estates}`, near]
  return { text, area: `a${at % areas}`, places, near, resident: `r${at % 700_000}`, openedAt }
}

const index = new TwinIndex()
const before = process.memoryUsage()
const began = performance.now()
for (let at = 0; at < cases; at++) index.add(`018f0000-0000-7000-8000-${String(at).padStart(12, '0')}`, caseAt(at))
const built = performance.now() - began

const times: number[] = []
let found = 0
for (let at = 0; at < queries; at++) {
  const start = performance.now()
  found += index.find(caseAt(at * 977)).length
  times.push(performance.now() - start)
}
times.sort((a, b) => a - b)
const after = process.memoryUsage()
const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits
const mb = (bytes: number) => Math.round(bytes / 2 ** 20)
console.log(
  JSON.stringify({
    cases,
    areas,
    build_seconds: rounded(built / 1000, 1),
    find_ms_p50: rounded(times[queries / 2]!, 2),
    find_ms_p99: rounded(times[Math.floor(queries * 0.99)]!, 2),
    found,
    memory_mb: mb(after.rss - before.rss),
    heap_mb: mb(after.heapUsed - before.heapUsed),
  }),
)
