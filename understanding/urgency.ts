import { around, overlaps, within } from './finds.ts'
import type { Finds, Mark, Span } from './finds.ts'
import { dangerPairs, dangerWords, harmlessWords, pairWords, unrealWords, urgentWords } from './lexicon/danger.ts'
import type { Urgency } from './reading.ts'

export interface UrgencyFound {
  urgency: Urgency
  danger: string | null
  reasons: string[]
}

/** A letter this long is seldom written from a burning house: there a danger must be said to be happening now. */
export const letterLength = 150
/** 吵得人要爆炸, 贵得要杀人: how much, not what. */
const degree =
  /[吵熏臭气愁烦热冷累困压挤贵急忙笑吓颠饿渴辣冻抢等震晃晒堵排爬补慢丑](?:得|到)(?:我们|大家|老人|娃娃|孩子|人|我|娃|他|她)?(?:差点|要|想|快|都|能|直)*$|把(?:人|我|娃|老人)[吵熏臭气愁烦热冷累困压挤急忙笑吓颠饿渴辣冻等震晃晒堵]$/
const prefix = 'danger-'
const pairEnd = 'pair-end'
const dangerLists = Object.keys(dangerWords)

export function* urgencyWords(): Generator<[word: string, mark: Mark]> {
  for (const lists of [dangerWords, pairWords, unrealWords, { harmless: harmlessWords, urgent: urgentWords }]) {
    for (const [name, words] of Object.entries(lists)) for (const word of words) yield [word, { name }]
  }
  // Most lines hold no second half of any pair: one look tells.
  for (const name of new Set(dangerPairs.map(({ two }) => two)))
    for (const word of pairWords[name]) yield [word, { name: pairEnd }]
}

/** How soon somebody must act. An emergency is a danger to life now: not past, not feared, not a figure of speech. */
export function readUrgency(finds: Finds): UrgencyFound {
  const reasons: string[] = []
  let toldInLetter = false
  for (const { danger, span } of dangers(finds)) {
    const word = finds.word(span)
    const why = unreal(finds, span, danger)
    if (why !== null) {
      reasons.push(`danger:${danger}<${word} but ${why}`)
    } else if (finds.text.length > letterLength && !saidIn(finds, 'now', around(finds.text, span, 'sentence'))) {
      toldInLetter = true
      reasons.push(`danger:${danger}<${word} but told in a letter`)
    } else {
      return { urgency: 'emergency', danger, reasons: [`danger:${danger}<${word}`] }
    }
    // Enough to explain; a hostile text could hold thousands.
    if (reasons.length > 40) break
  }
  const urgent = finds.of('urgent').find((span) => !saidIn(finds, 'past', around(finds.text, span, 'clause')))
  if (urgent) reasons.push(`urgent<${finds.word(urgent)}`)
  return { urgency: urgent || toldInLetter ? 'urgent' : 'routine', danger: null, reasons: reasons.slice(-5) }
}

function* dangers(finds: Finds): Generator<{ danger: string; span: Span }> {
  for (const name of dangerLists) {
    for (const span of finds.of(name)) {
      if (!harmless(finds, span)) yield { danger: name.slice(prefix.length), span }
    }
  }
  if (!finds.has(pairEnd)) return
  for (const pair of dangerPairs) {
    const { danger, gap, one, two } = pair
    if ('beside' in pair && !finds.has(pair.beside)) continue
    const others = finds.of(two)
    if (others.length === 0) continue
    for (const first of finds.of(one)) {
      const partner = others.find((other) => near(finds.text, first, other, gap))
      if (!partner || harmless(finds, first) || harmless(finds, partner)) continue
      yield { danger, span: { start: Math.min(first.start, partner.start), end: Math.max(first.end, partner.end) } }
    }
  }
}

function near(text: string, a: Span, b: Span, gap: number): boolean {
  const [left, right] = a.start <= b.start ? [a, b] : [b, a]
  const between = right.start - left.end
  // A comma may part them (`娃娃不会走，掉渠里`), a full stop may not.
  return between >= 0 && between <= gap && !/[。!?;\n]/.test(text.slice(left.end, right.start))
}

/** Overlapped by a longer harmless word (`火锅`), unless the danger word reaches further (`着火了` over `火了`). */
function harmless(finds: Finds, span: Span): boolean {
  return finds.of('harmless').some((other) => overlaps(span, other) && !(within(other, span) && longer(span, other)))
}

const longer = (a: Span, b: Span): boolean => a.end - a.start > b.end - b.start

/** Why a danger doesn't count, or null. */
function unreal(finds: Finds, span: Span, danger: string): string | null {
  const { text } = finds
  if (finds.of('denial').some(({ end }) => end === span.start)) return 'denied'
  const tail = { start: span.end, end: Math.min(text.length, span.end + 6) }
  const after = finds.of('afterwards').find((word) => word.start >= tail.start && word.start < tail.end)
  if (after && !/[。!?;\n]/.test(text.slice(span.end, after.start))) return finds.word(after)
  const clause = around(text, span, 'clause')
  if (danger !== 'self-harm' && degree.test(text.slice(clause.start, span.start))) return 'said of a degree'
  const sentence = around(text, span, 'sentence')
  const before = (name: string, part: Span): string | null => {
    const found = finds.of(name).find((word) => word.start >= part.start && word.end <= span.start)
    return found ? finds.word(found) : null
  }
  const past = before('past', clause) ?? (saidIn(finds, 'now', clause) ? null : before('past', sentence))
  if (past !== null) return past
  if (!saidIn(finds, 'now', clause) && /\d{4}年/.test(text.slice(sentence.start, span.start))) return 'a past year'
  if (danger !== 'self-harm' && finds.has('aftermath') && !finds.has('now'))
    return finds.word(finds.of('aftermath')[0]!)
  // 要是不解决我就跳楼 is a condition, and an emergency all the same.
  return danger === 'self-harm' ? null : before('hypothetical', sentence)
}

function saidIn(finds: Finds, name: string, part: Span): boolean {
  return finds.of(name).some((word) => within(word, part))
}
