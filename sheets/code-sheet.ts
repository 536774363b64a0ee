import QRCode from 'qrcode'
import { openFont } from './font.ts'
import { circle, rectangle } from './shapes.ts'
import type { Font } from './font.ts'
import type { Page, Shape } from './shapes.ts'

/** What stands on the sheet of one QR code. */
export interface CodeSheet {
  /** What the code says. */
  url: string
  /** On top, in a few characters. */
  heading: string
  /** Whose code it is. */
  name: string
  /** Where they answer, and the station; empty lines are left out. */
  lines: string[]
  /** How to use it, in a few short sentences. */
  steps: string[]
  /** Small, at the foot. */
  foot: string[]
}

const page = { width: 210, height: 297 }
const margin = 18
const inner = page.width - 2 * margin
const colours = { deep: '#a3241f', ink: '#1c1b1a', soft: '#5c5853', paper: '#ffffff' }

/**
 * An A4 page (scale it by √½ for A5), and the characters that neither our font nor `spare` (the path of a TTF or OTF file)
 * has. Throws SHEET_FONT.
 */
export async function drawCodeSheet(
  sheet: CodeSheet,
  spare: string | null = null,
): Promise<{ page: Page; missing: string[] }> {
  const texts = [sheet.heading, sheet.name, ...sheet.lines, ...sheet.steps, ...sheet.foot, '0123456789']
  const [bold, regular] = [await openFont(700, texts, spare), await openFont(400, texts, spare)]
  const shapes: Shape[] = []
  const missing = new Set<string>()
  const write = (font: Font, text: string, size: number, x: number, y: number, fill: string) => {
    const outlined = font.outline(text, size, x, y)
    shapes.push({ outline: outlined.segments, fill })
    for (const char of outlined.missing) missing.add(char)
  }
  /** In the middle, as large as wanted or as fits. Returns the size it has. */
  const centred = (font: Font, text: string, wanted: number, y: number, fill: string): number => {
    const size = Math.min(wanted, wanted * (inner / font.widthOf(text, wanted)))
    write(font, text, size, (page.width - font.widthOf(text, size)) / 2, y, fill)
    return size
  }

  const bandHeight = 40
  shapes.push({ outline: rectangle(0, 0, page.width, bandHeight), fill: colours.deep })
  centred(bold, sheet.heading, 19, bandHeight / 2 + 7, colours.paper)

  let y = bandHeight + 24
  centred(bold, sheet.name, 17, y, colours.ink)
  for (const [index, line] of sheet.lines.filter(Boolean).entries()) {
    y += index === 0 ? 15 : 11
    centred(regular, line, 7.5, y, colours.soft)
  }

  const steps = { size: 8.4, apart: 15 }
  const footTop = page.height - 12 - 6.5 * sheet.foot.length
  const stepsTop = footTop - 4 - steps.apart * sheet.steps.length
  // The code takes all that is left between the name and the steps: the larger, the farther away it can be scanned.
  const side = Math.min(134, stepsTop - y - 8)
  drawCode(shapes, sheet.url, (page.width - side) / 2, y + 3 + (stepsTop - y - 8 - side) / 2, side)

  const widest = Math.max(...sheet.steps.map((step) => regular.widthOf(step, steps.size)))
  const stepSize = Math.min(steps.size, steps.size * ((inner - 16) / widest))
  const left = (page.width - (16 + (widest * stepSize) / steps.size)) / 2
  for (const [index, step] of sheet.steps.entries()) {
    const baseline = stepsTop + steps.apart * index + 9
    const digit = String(index + 1)
    shapes.push({ outline: circle(left + 5, baseline - 3, 5.4), fill: colours.deep })
    write(bold, digit, 7, left + 5 - bold.widthOf(digit, 7) / 2, baseline - 0.5, colours.paper)
    write(regular, step, stepSize, left + 16, baseline, colours.ink)
  }
  for (const [index, line] of sheet.foot.entries()) centred(regular, line, 4.4, footTop + 6.5 * index + 4, colours.soft)
  return { page: { ...page, shapes }, missing: [...missing] }
}

/** With the quiet zone of four modules that scanners need; a quarter of it may be torn off and it still reads. */
function drawCode(shapes: Shape[], url: string, x: number, y: number, side: number): void {
  const { modules } = QRCode.create(url, { errorCorrectionLevel: 'Q' })
  const unit = side / (modules.size + 8)
  const outline = Array.from({ length: modules.size }, (_, row) => row).flatMap((row) =>
    runsOf(modules.data.subarray(row * modules.size, (row + 1) * modules.size)).flatMap(([from, length]) =>
      rectangle(x + (from + 4) * unit, y + (row + 4) * unit, length * unit, unit),
    ),
  )
  shapes.push({ outline, fill: '#000000' })
}

/** Dark modules side by side are one rectangle: no hairlines between them in print. */
function runsOf(row: Uint8Array): [from: number, length: number][] {
  const runs: [number, number][] = []
  for (const [at, dark] of row.entries()) {
    if (!dark) continue
    const last = runs.at(-1)
    if (last && last[0] + last[1] === at) last[1] += 1
    else runs.push([at, 1])
  }
  return runs
}
