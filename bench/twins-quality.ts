/**
 * `node bench/twins-quality.ts [FOLDER]`: precision and recall of twins on the planted lines of the corpus (the last of its
 * files was written after all else was fixed), and, where
 * FOLDER (../shared/data unless named) has stream.jsonl, on the pairs of its lines that were judged by hand
 * (twins-judged.jsonl: line numbers and verdicts). One line of JSON.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCity } from '#config'
import { createReader, TwinIndex } from '#understanding'
import type { TwinCase } from '#understanding'

const home = join(import.meta.dirname, '..')
const folder = process.argv[2] ?? join(home, '..', 'shared', 'data')
const linesOf = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)

const city = loadCity('baiyin-demo')
const byCode = new Map(city.regions.map((place) => [place.code, place]))
const reader = createReader({ ...city, gazetteer: city.regions, people: [] })

/** As the workers place it: by the words alone, here. */
function caseOf(text: string, openedAt: Date, resident: string | null, isOurs: boolean): TwinCase {
  const place = reader.read(text).place
  const places: string[] = []
  for (let at = byCode.get((isOurs && place?.code) || ''); at; at = byCode.get(at.parent ?? ''))
    if (at.level === 'estate' || at.level === 'community') places.push(at.code)
  return { text, area: 'one', openedAt, resident, places, placeText: place?.text ?? null, near: places.at(-1) ?? null }
}

/** All pairs that the index names, by each case's twenty likeliest, as `a b` with a < b; and all it names of each. */
function pairsOf(cases: readonly TwinCase[]) {
  const index = new TwinIndex()
  for (const [at, source] of cases.entries()) index.add(String(at), source)
  const named = cases.map((source, at) => index.find(source, { limit: 100 }, String(at)).map(({ id }) => Number(id)))
  const pairs = new Set(named.flatMap((others, at) => others.map((other) => pair(at, other))))
  return { named, pairs }
}
const pair = (a: number, b: number): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

interface Score {
  named: number
  right: number
  twins: number
  precision: number
  recall: number
}

function scored(named: number, right: number, twins: number): Score {
  const rounded = (value: number) => Math.round(value * 1000) / 1000
  return { named, right, twins, precision: rounded(right / named), recall: rounded(right / twins) }
}

function planted(file: string): Score {
  const lines = linesOf<{ matter: string; text: string }>(join(home, 'understanding', 'corpus', file))
  // Told over three weeks, in no order.
  const day = (at: number) => new Date(Date.UTC(2026, 10, 1 + ((at * 11) % 21)))
  const { pairs } = pairsOf(lines.map(({ text }, at) => caseOf(text, day(at), null, true)))
  const twins = new Set<string>()
  for (const [at, { matter }] of lines.entries())
    for (let other = 0; other < at; other++) if (lines[other]!.matter === matter) twins.add(pair(other, at))
  return scored(pairs.size, [...pairs].filter((each) => twins.has(each)).length, twins.size)
}

/** Of what was judged, for each line that was drawn: which others are its twins, and which are not. */
function judged(set: string, named: readonly number[][], drawn: readonly Judged[]): Score {
  let all = 0
  let right = 0
  let twins = 0
  for (const { line, yes, no } of drawn.filter((each) => each.set === set)) {
    const ours = new Set(named[line - 1]!.map((at) => at + 1))
    right += yes.filter((each) => ours.has(each)).length
    all += [...yes, ...no].filter((each) => ours.has(each)).length
    twins += yes.length
  }
  return scored(all, right, twins)
}

interface Judged {
  set: string
  line: number
  yes: number[]
  no: number[]
}

const figures: Record<string, Score> = {
  planted: planted('twins.jsonl'),
  planted_second: planted('twins-2.jsonl'),
  planted_unseen: planted('twins-3.jsonl'),
}
const stream = join(folder, 'stream.jsonl')
if (existsSync(stream)) {
  const lines = linesOf<{ title: string; text: string; sender: string; sent_at: string }>(stream)
  const drawn = linesOf<Judged>(join(import.meta.dirname, 'twins-judged.jsonl'))
  const { named } = pairsOf(
    lines.map(({ title, text, sender, sent_at: at }) =>
      caseOf(`${title}\n${text}`, new Date(`${at}+08:00`), sender, false),
    ),
  )
  for (const set of ['fitted', 'fresh']) figures[`stream_${set}`] = judged(set, named, drawn)
}
console.log(JSON.stringify(figures))
