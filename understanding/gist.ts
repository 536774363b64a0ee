import { Automaton } from './automaton.ts'
import { longest } from './finds.ts'
import { everydayPairs } from './lexicon/everyday-pairs.ts'
import { settingWords, thingWords, troubleWords } from './lexicon/matters.ts'
import { isHan, normalise } from './normalise.ts'

/** What of a case tells whether another one is the same matter. */
export interface GistSource {
  text: string
  /** The places its words name, by code, the narrowest first: an estate and its community. */
  places?: readonly string[]
  /** How the words call the place, known or not. */
  placeText?: string | null
  /** The community it is in by any evidence, also the QR code it came by. */
  near?: string | null
  /** Who says it: some send the same phrases with every matter of theirs. */
  resident?: string | null
}

/**
 * A case cut down to what can be compared, as numbers below 2^30: names (pairs of characters that belong to no word of
 * a matter), matters (what it is about, by any of the words for it), places, and what bears a number (3号楼).
 */
export interface Gist {
  /** Distinct and ascending, as are the other groups. */
  names: Uint32Array
  matters: Uint32Array
  /** Of those, the ones in its opening. */
  headNames: Uint32Array
  headMatters: Uint32Array
  /** The narrowest first. */
  places: Uint32Array
  /** `unit << 16 | number` */
  numbers: Uint32Array
  /** Of a line: its single characters that few texts hold, 鸽 and 桥, outside the place's own name. */
  letters: Uint32Array
  /** The place as it is called where nobody knows it; 0: none. */
  called: number
  /** 0: unknown. */
  near: number
  /** 0: unknown. */
  resident: number
  /** A chat line, not a letter. */
  isLine: boolean
}

/** A letter says at its beginning what it is about. */
const readUnits = 320
const headUnits = 28
const lineUnits = 80
const mostNames = 160

/** Matters by number; things come first. */
const matterLists = [thingWords, settingWords, troubleWords].flatMap((group) => Object.values(group))
const things = Object.keys(thingWords).length
const settings = Object.keys(settingWords).length
export const isMatter = (token: number): boolean => token < firstHash
export const isThing = (matter: number): boolean => matter < things
const isSetting = (matter: number): boolean => matter >= things && matter < things + settings
/** What staff read of a matter: the first of its words. */
export const nameOfMatter = (matter: number): string => matterLists[matter]![0]!

const automaton = new Automaton<number>()
for (const [at, list] of matterLists.entries()) for (const word of list) automaton.add(normalise(word).text, at)

const firstHash = 1024
const hashes = 0x12000000
const firstPair = firstHash + hashes
const firstHan = 0x3400
const hans = 0x9fff - firstHan + 1

/** Which share of all texts holds a pair, where that is known to be many. */
const shares = new Map<number, number>()
for (const [share, pairs] of everydayPairs) for (const pair of pairs) shares.set(pairOf(pair, 0), share)
export const shareOfPair = (pair: number): number => shares.get(pair) ?? 0
/** The same by its two characters. */
export const shareOfText = (text: string, at: number): number => shareOfPair(pairOf(text, at))

export function gistOf({ text, places = [], placeText = null, near = null, resident = null }: GistSource): Gist {
  const plain = plainOf(text)
  const { covered, matters, headMatters } = mattersOf(plain)
  const called = placeText === null ? '' : normalise(placeText).text
  if (places.length > 0) coverAll(plain, called, covered)
  const names = new Set<number>()
  const headNames = new Set<number>()
  eachName(plain, covered, (name, at) => {
    if (names.size >= mostNames) return
    names.add(name)
    if (at < headUnits) headNames.add(name)
  })
  return {
    names: ascending(names),
    matters: ascending(matters),
    headNames: ascending(headNames),
    headMatters: ascending(headMatters),
    places: Uint32Array.from([...places, ...linesOf(plain)], hashed),
    called: places.length === 0 && called !== '' && !wide.test(called) ? hashed(called) : 0,
    near: near === null ? 0 : hashed(near),
    resident: resident === null ? 0 : hashed(resident),
    numbers: ascending(numbersOf(plain.slice(0, headUnits))),
    letters:
      plain.length <= lineUnits ? ascending(lettersOf(called === '' ? plain : plain.replaceAll(called, ''))) : none,
    isLine: plain.length <= lineUnits,
  }
}

/** The stretches of a text whose names are all among these, at least one of them rare; without digits. */
export function wordsOf(text: string, among: ReadonlySet<number>): string[] {
  const plain = plainOf(text)
  const words = new Set<string>()
  let start = -1
  let end = -1
  let isRare = false
  const close = (): void => {
    if (isRare) words.add(plain.slice(start, end).replace(/^[省市县区镇乡](?=..)/, ''))
    isRare = false
    end = -1
  }
  eachName(plain, mattersOf(plain).covered, (name, at) => {
    if (at !== end - 1) close()
    if (name < firstPair || !among.has(name)) return
    if (end < 0) start = at
    end = at + 2
    isRare ||= shareOfPair(name) === 0
  })
  close()
  return [...words]
}

/** The words of a text that name a thing, as written. */
export function thingsOf(text: string): string[] {
  const plain = plainOf(text)
  const hits = longest(automaton.scan(plain))
  return hits.filter(({ marks }) => marks.some(isThing)).map(({ start, end }) => plain.slice(start, end))
}

/** A neighbouring city, which no list of ours knows, is no place where two matters are one. */
const wide = /(?:[省市县州盟旗镇乡]|(?<![小社园景院校])区|街道)$/

const plainOf = (text: string): string => normalise(text).text.slice(0, readUnits)

function mattersOf(plain: string) {
  const covered = new Uint8Array(plain.length)
  const matters = new Set<number>()
  const headMatters = new Set<number>()
  for (const { start, end, marks } of longest(automaton.scan(plain))) {
    // 市医院 and 第三小学 are names.
    if (!marks.every(isSetting)) covered.fill(1, start, end)
    for (const at of marks) {
      matters.add(at)
      if (start < headUnits) headMatters.add(at)
    }
  }
  return { covered, matters, headMatters }
}

function eachName(plain: string, covered: Uint8Array, take: (name: number, at: number) => void): void {
  for (let at = 0; at < plain.length; at++) {
    if (isHan(plain.charCodeAt(at))) {
      if (isHan(plain.charCodeAt(at + 1)) && !covered[at] && !covered[at + 1]) take(pairOf(plain, at), at)
    } else if (isLatin(plain.charCodeAt(at))) {
      const start = at
      while (isLatin(plain.charCodeAt(at + 1))) at++
      // m9, 58, 110kv: one name, not its letters.
      if (at > start || !isDigit(plain.charCodeAt(at))) take(hashed(plain.slice(start, at + 1)), start)
    }
  }
}

function coverAll(plain: string, word: string, covered: Uint8Array): void {
  if (word === '') return
  for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + word.length))
    covered.fill(1, at, at + word.length)
}

/** A bus or metro line is a place of its own. */
function linesOf(plain: string): string[] {
  const found = plain.matchAll(/([a-z]?\d{1,4})(路|号线)(?!口)/g)
  return [...new Set([...found].map(([, number, kind]) => `${kind} ${number}`))]
}

const none = new Uint32Array()
const everydayLetters = new Set(everydayPairs.flatMap(([, pairs]) => pairs).join(''))

function lettersOf(plain: string): Set<number> {
  const letters = new Set<number>()
  for (const letter of plain)
    if (isHan(letter.charCodeAt(0)) && !everydayLetters.has(letter)) letters.add(letter.charCodeAt(0))
  return letters
}

const units = ['楼|栋|幢|座', '单元', '期', '组|社|队']
const numbered = new RegExp(`(\\d{1,4}|[一二三四五六七八九十]{1,3})(?:号)?(${units.join('|')})`, 'g')

function numbersOf(plain: string): Set<number> {
  const numbers = new Set<number>()
  for (const [, written, unit] of plain.matchAll(numbered)) {
    const number = isDigit(written!.charCodeAt(0)) ? Number(written) : fromHan(written!)
    const at = units.findIndex((each) => each.split('|').includes(unit!))
    if (number !== null) numbers.add((at << 16) | number)
  }
  return numbers
}

const digits = '零一二三四五六七八九'

function fromHan(written: string): number | null {
  const found = /^(?:([一二三四五六七八九]?)(十))?([一二三四五六七八九]?)$/.exec(written)
  if (!found) return null
  const [, tens = '', ten, ones = ''] = found
  return (ten ? 10 * (tens === '' ? 1 : digits.indexOf(tens)) : 0) + (ones === '' ? 0 : digits.indexOf(ones))
}

function pairOf(text: string, at: number): number {
  return firstPair + (text.charCodeAt(at) - firstHan) * hans + text.charCodeAt(at + 1) - firstHan
}

function hashed(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  return firstHash + (((hash ^ (hash >>> 15)) >>> 0) % hashes)
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLatin = (code: number): boolean => isDigit(code) || (code >= 0x61 && code <= 0x7a)
const ascending = (set: ReadonlySet<number>): Uint32Array => Uint32Array.from(set).sort()
