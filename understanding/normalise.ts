/** Text made comparable, with the way back to what was written. */
export interface Normalised {
  text: string
  /** For each UTF-16 unit of `text`, where its character began in the source; one more for the end. Null: where it stands now. */
  origin: number[] | null
}

/** Zero-width, direction and variation marks, soft hyphen, BOM, other controls: they carry no words, and can hide them. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u
const cache = new Map<string, string>()

/**
 * NFKC character by character, lower-case Latin, no invisible marks; spaces go where a Han character stands on both
 * sides (voice input and evasion write `路 灯`), a line break stays as `\n`. Linear; never throws, lone surrogates included.
 */
export function normalise(source: string): Normalised {
  const unit = unitByUnit(source)
  if (unit !== null) return { text: unit, origin: null }
  const origin: number[] = []
  let text = ''
  let gap = -1
  for (let at = 0; at < source.length;) {
    const code = source.charCodeAt(at)
    const width = code >= 0xd800 && code < 0xdc00 && isLow(source.charCodeAt(at + 1)) ? 2 : 1
    const raw = width === 2 ? source.slice(at, at + 2) : source[at]!
    const plain = code >= 0x4e00 && code <= 0x9fff ? raw : folded(raw)
    if (plain === ' ') {
      if (gap < 0) gap = at
    } else if (plain !== '') {
      if (gap >= 0 && !(isWide(text.charCodeAt(text.length - 1)) && isWide(plain.charCodeAt(0)))) {
        origin.push(gap)
        text += ' '
      }
      gap = -1
      for (let unit = 0; unit < plain.length; unit++) origin.push(at)
      text += plain
    }
    at += width
  }
  origin.push(source.length)
  return { text, origin }
}

const longestLine = 256
const codes = new Uint16Array(longestLine)

/** Most lines have no blanks and only characters that stay one: nothing moves in them. Null for all others. */
function unitByUnit(source: string): string | null {
  if (source.length > longestLine) return null
  let changed = false
  for (let at = 0; at < source.length; at++) {
    let code = source.charCodeAt(at)
    if (!(code >= 0x4e00 && code <= 0x9fff)) {
      if (code >= 0xd800 && code < 0xe000) return null
      const plain = folded(source[at]!)
      if (plain.length !== 1 || plain === ' ') return null
      changed ||= plain !== source[at]
      code = plain.charCodeAt(0)
    }
    codes[at] = code
  }
  return changed ? String.fromCharCode(...codes.subarray(0, source.length)) : source
}

/** What was written at `start..end` of the normalised text. */
export function asWritten(source: string, { origin }: Normalised, start: number, end: number): string {
  if (origin === null) return source.slice(start, end).trim()
  return source.slice(origin[start], end >= origin.length - 1 ? source.length : origin[end]).trim()
}

export function isHan(code: number): boolean {
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf)
}

const isWide = (code: number): boolean => code >= 0x2e80
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

function folded(raw: string): string {
  let plain = cache.get(raw)
  if (plain !== undefined) return plain
  if (raw === '\n' || raw === '\r' || raw === '\u2028' || raw === '\u2029') plain = '\n'
  else if (/\s/u.test(raw)) plain = ' '
  else plain = invisible.test(raw) ? '' : raw.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')
  // Bounded, or a stream of rare characters would fill the memory.
  if (cache.size < 5000) cache.set(raw, plain)
  return plain
}
