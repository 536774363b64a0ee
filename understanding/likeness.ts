import { isMatter, isThing, shareOfPair } from './gist.ts'
import type { Gist } from './gist.ts'

/** Which share of a place's cases holds a name or matter nobody counted yet. */
const shareOfName = 0.0015
const shareOfMatter = 0.04
/** Few cases are no proof yet of what is rare: so many of everyday talk are counted in. */
const everydayCases = 300

/** How telling a token is that `held` of an area's `size` cases hold. One that stands alone can't be found again. */
export function weightOf(token: number, held: number, size: number): number {
  const share = isMatter(token) ? shareOfMatter : shareOfPair(token) || shareOfName
  const weight = Math.log((size + everydayCases) / (held + everydayCases * share))
  return held <= 1 ? weight * Math.SQRT1_2 : weight
}

export type Weight = (token: number) => number
export type Where = 'same' | 'near' | 'apart' | null

/**
 * Learnt by logistic regression on judged letters and on planted lines (docs/adr/0020): how much each kind of agreement
 * counts. The answer is calibrated on those: 0.9 is right nine times in ten.
 */
const learnt = {
  names: 4.8,
  headNames: 9.8,
  matters: 2.2,
  headMatters: 1.3,
  whereAndMatters: 4.7,
  apart: -1.25,
  numbersApart: -1.4,
  days: -0.35,
  thingsApart: -0.8,
  line: 1.6,
  bias: -6,
}
/** Two lines from one place that both hold a 鸽, or a 门卫, mean the same more often than not; set by hand. */
const sameLine = 0.8
const eachRare = 3
const mostRare = 2
const rareWeight = 4.5
/** Some write the same phrases below every one of their many matters: the more there are, the less two are alike. */
const eachDoubling = -0.7
/** What a line says of another thing, place or house is another matter, however alike the rest. */
const mostForOther = 0.3
/** Of one community, for all we know: of so much worth as evidence beside the same place. */
const nearWorth = 0.5

/** How likely two cases are one matter, 0..1. `casesOf`: how many open ones the first one's resident has. */
export function likenessOf(
  a: Gist,
  b: Gist,
  weight: Weight,
  daysApart: number,
  casesOf: number,
): { likeness: number; where: Where } {
  const square: Weight = (token) => (weight(token) * rankOf(token)) ** 2
  const names = telling(shared(a.names, b.names), weight) * cosine(a.names, b.names, square)
  const both = [...shared(a.headNames, b.names), ...shared(b.headNames, a.names)]
  const inEachOther = (held(a.headNames, b.names, square) + held(b.headNames, a.names, square)) / 2
  const headNames = telling(both, weight, 0.5) * inEachOther
  const worth = shared(a.matters, b.matters).some(isThing) ? 1 : withoutThing
  const matters = worth * cosine(a.matters, b.matters, square)
  const inMatters = (held(a.headMatters, b.matters, square) + held(b.headMatters, a.matters, square)) / 2
  const headMatters = worth * inMatters
  const where = whereOf(a, b, weight)
  const place = where === 'same' ? 1 : where === 'apart' ? 0 : Math.max(headNames, where === 'near' ? nearWorth : 0)
  const otherNumbers = numbersApart(a.numbers, b.numbers)
  const otherThings = thingsApart(a, b)
  const areLines = a.isLine && b.isLine
  const sum =
    learnt.bias +
    learnt.names * names +
    learnt.headNames * headNames +
    learnt.matters * matters +
    learnt.headMatters * headMatters +
    learnt.whereAndMatters * place * headMatters +
    learnt.days * Math.log1p(daysApart) +
    (where === 'apart' ? learnt.apart : 0) +
    (otherNumbers ? learnt.numbersApart : 0) +
    (otherThings ? learnt.thingsApart : 0) +
    (areLines ? learnt.line : 0) +
    (where === 'same' && areLines ? sameLine + eachRare * Math.min(mostRare, rareInCommon(a, b, weight)) : 0) +
    (a.resident !== 0 && a.resident === b.resident ? eachDoubling * Math.max(0, Math.log2(casesOf / 2)) : 0)
  const likeness = 1 / (1 + Math.exp(-sum))
  const isOther = areLines && (otherThings || otherNumbers || where === 'apart')
  return { likeness: isOther ? Math.min(mostForOther, likeness) : likeness, where }
}

/** Where it happens and what is wrong are said of many a thing. */
const rareInCommon = (a: Gist, b: Gist, weight: Weight): number =>
  shared(a.letters, b.letters).length + shared(a.names, b.names).filter((name) => weight(name) > rareWeight).length

const otherRank = 0.45
/** That both ask for something, or both complain of a smell, is no matter yet. */
const withoutThing = 0.4
const rankOf = (token: number): number => (!isMatter(token) || isThing(token) ? 1 : otherRank)

/** 门口 and 没有 in common say nothing, however little else there is: 0..1 by how rare what is shared is. */
function telling(tokens: readonly number[], weight: Weight, factor = 1): number {
  let excess = 0
  for (const token of tokens) excess += Math.max(0, weight(token) - commonWeight)
  return Math.min(1, (excess * factor) / enoughExcess)
}
const commonWeight = 3
const enoughExcess = 6

/** Which share of one's own is found in the other. */
function held(part: Uint32Array, whole: Uint32Array, square: Weight): number {
  const all = sum(part, square)
  return all === 0 ? 0 : sum(shared(part, whole), square) / all
}

function cosine(a: Uint32Array, b: Uint32Array, square: Weight): number {
  const norm = Math.sqrt(sum(a, square) * sum(b, square))
  return norm === 0 ? 0 : sum(shared(a, b), square) / norm
}

function sum(tokens: Iterable<number>, weight: Weight): number {
  let total = 0
  for (const token of tokens) total += weight(token)
  return total
}

/** What both hold, of two ascending lists. */
export function shared(a: Uint32Array, b: Uint32Array): number[] {
  const both: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i]! < b[j]!) i++
    else if (a[i]! > b[j]!) j++
    else {
      both.push(a[i]!)
      i++
      j++
    }
  }
  return both
}

function whereOf(a: Gist, b: Gist, weight: Weight): Where {
  // A区 is also how a place is called, by everybody.
  if (a.called !== 0 && a.called === b.called && weight(a.called) > rareCall) return 'same'
  if (a.places.length > 0 && b.places.length > 0)
    return a.places.includes(b.places[0]!) || b.places.includes(a.places[0]!) ? 'same' : 'apart'
  return a.near !== 0 && a.near === b.near ? 'near' : null
}
const rareCall = 4.2

/** 3号楼 is not 5号楼: of one unit, no number in common. */
function numbersApart(a: Uint32Array, b: Uint32Array): boolean {
  const unit = (one: number): number => one >>> 16
  return a.some(
    (one) =>
      b.some((other) => unit(other) === unit(one)) && !a.some((mine) => unit(mine) === unit(one) && b.includes(mine)),
  )
}

/** Each speaks of some thing, and of none of the other's. */
function thingsApart(a: Gist, b: Gist): boolean {
  const mine = a.matters.filter(isThing)
  const others = b.matters.filter(isThing)
  return mine.length > 0 && others.length > 0 && shared(mine, others).length === 0
}
