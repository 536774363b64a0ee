import { overlaps } from './finds.ts'
import type { Find, Finds, Mark, Span } from './finds.ts'
import { depth } from './gazetteer.ts'
import type { Gazetteer, PlaceName } from './gazetteer.ts'
import { nameMiddles, nameStops, notNames, notPlaces, placeSuffixes } from './lexicon/place.ts'
import { isHan } from './normalise.ts'
import type { GazetteerEntry } from './reading.ts'

/** Where in the normalised text a place is named, and which one. */
export interface PlaceSpan extends Span {
  code: string | null
  /** All that bear the name, where it stays open which is meant. */
  among: readonly GazetteerEntry[]
  reason: string
}

export function* placeWords(gazetteer: Gazetteer): Generator<[word: string, mark: Mark]> {
  for (const [name, value] of gazetteer.names) yield [name, { name: 'place', value }]
  for (const word of placeSuffixes) yield [word, { name: 'place-suffix' }]
  for (const word of notPlaces) yield [word, { name: 'not-place' }]
  for (const word of notNames) yield [word, { name: 'not-name' }]
}

/** The most exact place of the text: one the gazetteer knows before one caught by its ending. */
export function readPlace(finds: Finds, gazetteer: Gazetteer, region: string | undefined): PlaceSpan | null {
  const known = knownNames(finds)
  const caught = caughtNames(finds, known)
  const certain = known.map(nameOf).flatMap(({ entries }) => (entries.length === 1 ? entries : []))
  let best: { span: Find; entry: GazetteerEntry } | null = null
  for (const span of known) {
    const entry = gazetteer.resolve(nameOf(span), certain, region)
    if (entry && (!best || depth(entry) > depth(best.entry))) best = { span, entry }
  }
  if (best) {
    const whole = joined(best.span, [...known, ...caught])
    return { ...whole, code: best.entry.code, among: [], reason: `place:${best.entry.code}<${finds.word(best.span)}` }
  }
  const open = known[0] ?? caught[0]
  if (!open) return null
  const why = known[0] ? 'several of this name' : 'by its ending'
  const among = known[0] ? nameOf(known[0]).entries : []
  return { ...joined(open, [...known, ...caught]), code: null, among, reason: `place<${finds.word(open)} ${why}` }
}

const nameOf = (find: Find): PlaceName => find.value as PlaceName

/** Names of the gazetteer, longest first; a short one that another place's name begins with is left out. */
function knownNames(finds: Finds): Find[] {
  const taken: Find[] = []
  const byLength = finds.of('place').toSorted((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)
  for (const find of byLength) {
    if (taken.some((other) => overlaps(find, other))) continue
    if (nameOf(find).short && finds.of('place-suffix').some((end) => end.start === find.end && isOther(finds, end)))
      continue
    taken.push(find)
  }
  return taken.sort((a, b) => a.start - b.start)
}

/** 会宁路 is not in 会宁 for sure; 会宁医院 and 会宁一中 are. */
function isOther(finds: Finds, suffix: Span): boolean {
  return /^(?:路|大道|街|巷|小区|花园|家园|村|社区|镇|乡)$/.test(finds.word(suffix)) && isSuffix(finds, suffix)
}

/** 路 of 路灯, 村 of 村民, 市 of 市场 end no name. */
function isSuffix({ text }: Finds, { end }: Span): boolean {
  const last = text[end - 1]!
  const next = text[end] ?? ''
  if (last === '路') return !'灯过由费线程人径障牌况'.includes(next) || next === ''
  if (last === '村' || last === '乡') return !'民里委长庄镇支医干寨土亲下集两'.includes(next) || next === ''
  if (last === '街') return !'道办上头坊面'.includes(next) || next === ''
  if (last === '市' || last === '县') return !'场政民长委面容价级城区里人'.includes(next) || next === ''
  if (last === '镇') return !'长政上里区'.includes(next) || next === ''
  return true
}

function caughtNames(finds: Finds, known: readonly Find[]): Span[] {
  const caught: Span[] = []
  for (const suffix of finds.of('place-suffix')) {
    if (!isSuffix(finds, suffix) || known.some((name) => overlaps(name, suffix))) continue
    if (finds.of('not-place').some((word) => word.end === suffix.end && word.start < suffix.start)) continue
    const start = nameStart(finds, suffix, known)
    if (suffix.start - start < 2) continue
    const before = caught.at(-1)
    // 幸福花园小区 ends twice: the later end has the whole name.
    if (before && start < before.end)
      caught[caught.length - 1] = { start: Math.min(start, before.start), end: suffix.end }
    else caught.push({ start, end: suffix.end })
  }
  return caught
}

/** Up to 6 characters to the left, cut at words and characters that no name holds. */
function nameStart(finds: Finds, suffix: Span, known: readonly Find[]): number {
  const { text } = finds
  let start = suffix.start
  while (start > 0 && suffix.start - start < 6 && partOfName(text, start - 1)) start--
  for (const cut of [...known, ...finds.of('not-name')]) {
    if (cut.start < suffix.start && cut.end > start) start = Math.min(cut.end, suffix.start)
  }
  for (const cut of finds.of('problem')) {
    if (cut.end - cut.start > 1 && cut.end <= suffix.start && cut.end > start) start = cut.end
  }
  // 和幸福小区: a joining word first, unless it is the name's own (和平路).
  if (/^[和向对](?![平谐美顺泰睦阳荣])/.test(text.slice(start, suffix.start))) start++
  return start
}

function partOfName(text: string, at: number): boolean {
  // Texts made public hide names behind letters: A3县.
  if (/[a-z0-9]/.test(text[at]!)) return /^[a-z0-9]*[县市]/.test(text.slice(at + 1, at + 5))
  if (!isHan(text.charCodeAt(at))) return false
  if (!nameStops.has(text[at]!)) return true
  const before = text[at - 1] ?? ''
  return nameMiddles.has(text[at]!) && isHan(before.charCodeAt(0)) && !nameStops.has(before)
}

/** A span with what stands directly before and after it: 靖远县 + 乌兰镇 + 幸福小区. */
function joined(span: Span, parts: readonly Span[]): Span {
  const whole = { start: span.start, end: span.end }
  const inOrder = parts.toSorted((a, b) => a.start - b.start)
  for (const part of inOrder) if (part.start === whole.end) whole.end = part.end
  for (const part of inOrder.toReversed()) if (part.end === whole.start) whole.start = part.start
  return whole
}
