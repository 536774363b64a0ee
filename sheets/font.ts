import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { create } from 'fontkitten'
import wawoff2 from 'wawoff2'
import { MashangError } from '#base'
import type { Segment } from './shapes.ts'

/** Text as outlines. */
interface Outlined {
  segments: Segment[]
  /** Millimetres. */
  width: number
  /** Characters that the font lacks, drawn as 〓. */
  missing: string[]
}

export interface Font {
  /** `size` is the height of a 汉字 in millimetres; `x`, `y` is where the baseline begins. */
  outline(text: string, size: number, x: number, y: number): Outlined
  widthOf(text: string, size: number): number
}

interface Glyph {
  advanceWidth: number
  path: { commands: { command: string; args: number[] }[] }
}

interface Cut {
  unitsPerEm: number
  glyphForCodePoint(codePoint: number): Glyph
  hasGlyphForCodePoint(codePoint: number): boolean
}

const family = 'noto-sans-sc'
const require = createRequire(import.meta.url)
const filler = '〓'.codePointAt(0)!

/**
 * Noto Sans SC (SIL Open Font License) at one weight, 100 to 900. It comes as a hundred slices of the alphabet, of which
 * those are read that the texts need. What it lacks is taken from `spare`, the path of a TTF or OTF file: characters of
 * names that are in few fonts.
 */
export async function openFont(weight: number, texts: readonly string[], spare: string | null): Promise<Font> {
  const folder = dirname(require.resolve(`@fontsource-variable/${family}/package.json`))
  const ranges = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>
  const slices = Object.entries(ranges).map(([name, range]) => ({
    file: join(folder, 'files', `${family}-${name.replace(/[[\]]/g, '')}-wght-normal.woff2`),
    has: coverage(range),
  }))
  const cuts = new Map<string, Cut>()
  let spareCut: Cut | null = null
  const glyphs = new Map<number, { glyph: Glyph; unitsPerEm: number }>()
  for (const codePoint of new Set([...texts.join(''), '〓'].map((char) => char.codePointAt(0)!))) {
    const slice = slices.find(({ has }) => has(codePoint))
    if (slice && !cuts.has(slice.file)) cuts.set(slice.file, await readCut(slice.file, weight))
    const cut = slice ? cuts.get(slice.file)! : (spareCut ??= readSpare(spare))
    if (!cut?.hasGlyphForCodePoint(codePoint)) continue
    glyphs.set(codePoint, { glyph: cut.glyphForCodePoint(codePoint), unitsPerEm: cut.unitsPerEm })
  }

  const drawn = (text: string) =>
    [...text].map((char) => {
      const codePoint = char.codePointAt(0)!
      return { char, found: glyphs.has(codePoint), ...(glyphs.get(codePoint) ?? glyphs.get(filler)!) }
    })
  return {
    outline(text, size, x, y) {
      const segments: Segment[] = []
      const missing: string[] = []
      let at = x
      for (const { char, found, glyph, unitsPerEm } of drawn(text)) {
        const scale = size / unitsPerEm
        for (const { command, args } of glyph.path.commands) segments.push(segmentOf(command, args, scale, at, y))
        if (!found) missing.push(char)
        at += glyph.advanceWidth * scale
      }
      return { segments, width: at - x, missing }
    },
    widthOf: (text, size) =>
      drawn(text).reduce((width, { glyph, unitsPerEm }) => width + (glyph.advanceWidth * size) / unitsPerEm, 0),
  }
}

/** The font reader varies a font's weight only in its unpacked form. */
async function readCut(file: string, weight: number): Promise<Cut> {
  const unpacked = Buffer.from(await wawoff2.decompress(readFileSync(file)))
  const font = create(unpacked) as unknown as { getVariation(axes: Record<string, number>): Cut }
  return font.getVariation({ wght: weight })
}

function readSpare(file: string | null): Cut | null {
  if (file === null) return null
  try {
    return create(readFileSync(file)) as unknown as Cut
  } catch (cause) {
    throw new MashangError(`${file} can't be read as a font`, {
      code: 'SHEET_FONT',
      fix: 'Name a TTF or OTF file (not a TTC, which holds several)',
      cause,
    })
  }
}

/** `U+4e00-4e0f,U+3002` */
function coverage(range: string): (codePoint: number) => boolean {
  const spans = range.split(',').map((span) => {
    const [from = '', to = from] = span.replace('U+', '').split('-')
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const
  })
  return (codePoint) => spans.some(([from, to]) => from <= codePoint && codePoint <= to)
}

/** Fonts count upwards from the baseline, pages downwards from their top. */
function segmentOf(command: string, args: number[], scale: number, x: number, y: number): Segment {
  const points = args.map((value, index) => (index % 2 === 0 ? x + value * scale : y - value * scale))
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = points
  switch (command) {
    case 'moveTo':
      return ['M', a, b]
    case 'lineTo':
      return ['L', a, b]
    case 'quadraticCurveTo':
      return ['Q', a, b, c, d]
    case 'bezierCurveTo':
      return ['C', a, b, c, d, e, f]
    default:
      return ['Z']
  }
}
