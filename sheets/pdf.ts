import { deflateSync } from 'node:zlib'
import type { Page, Segment, Shape } from './shapes.ts'

const pointsPerMm = 72 / 25.4

/**
 * Pages as one PDF of outlines. Written here, for filled outlines need no more of the format than this: objects, a table
 * of where they lie, and a drawing a page. (ISO 32000-1, 7.5 and 8.5)
 */
export function toPdf(pages: readonly Page[]): Buffer {
  const objects: Buffer<ArrayBuffer>[] = []
  const add = (text: string, stream?: Buffer): number => {
    const parts = stream
      ? [
          Buffer.from(`${text.replace('>>', ` /Length ${stream.length} >>`)}\nstream\n`),
          stream,
          Buffer.from('\nendstream'),
        ]
      : [Buffer.from(text)]
    objects.push(Buffer.concat(parts))
    return objects.length
  }
  add('<< /Type /Catalog /Pages 2 0 R >>')
  const listed = add('')
  const kids = pages.map((page) => {
    const drawing = add('<< /Filter /FlateDecode >>', deflateSync(drawingOf(page)))
    const box = [0, 0, page.width * pointsPerMm, page.height * pointsPerMm].map(short).join(' ')
    return add(`<< /Type /Page /Parent ${listed} 0 R /MediaBox [${box}] /Contents ${drawing} 0 R /Resources << >> >>`)
  })
  objects[listed - 1] = Buffer.from(
    `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`,
  )
  return assemble(objects)
}

function assemble(objects: Buffer<ArrayBuffer>[]): Buffer {
  // The second line tells programs that this is no text.
  const parts = [Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  let length = parts[0]!.length
  const offsets: number[] = []
  const push = (part: Buffer<ArrayBuffer>) => {
    parts.push(part)
    length += part.length
  }
  for (const [index, object] of objects.entries()) {
    offsets.push(length)
    push(Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]))
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const begins = length
  push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`))
  push(Buffer.from(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${begins}\n%%EOF\n`))
  return Buffer.concat(parts)
}

/** PDF counts upwards from the lower left corner: the page is turned over once, for all of it. */
function drawingOf({ height, shapes }: Page): Buffer {
  const turned = `${short(pointsPerMm)} 0 0 ${short(-pointsPerMm)} 0 ${short(height * pointsPerMm)} cm`
  return Buffer.from([turned, ...shapes.map(shapeOf)].join('\n'))
}

function shapeOf({ outline, fill }: Shape): string {
  const colour = [1, 3, 5].map((at) => short(Number.parseInt(fill.slice(at, at + 2), 16) / 255)).join(' ')
  let at: [number, number] = [0, 0]
  const strokes = outline.map((segment) => {
    const drawn = strokeOf(segment, at)
    if (segment[0] !== 'Z') at = segment.slice(-2) as [number, number]
    return drawn
  })
  return `${colour} rg\n${strokes.join('\n')}\nf`
}

function strokeOf(segment: Segment, [x, y]: [number, number]): string {
  switch (segment[0]) {
    case 'M':
      return `${short(segment[1])} ${short(segment[2])} m`
    case 'L':
      return `${short(segment[1])} ${short(segment[2])} l`
    case 'Q': {
      // PDF has no quadratic curve; this cubic one is the same.
      const [, cx, cy, ex, ey] = segment
      const towards = (from: number, control: number) => from + (2 / 3) * (control - from)
      const numbers = [towards(x, cx), towards(y, cy), towards(ex, cx), towards(ey, cy), ex, ey]
      return `${numbers.map(short).join(' ')} c`
    }
    case 'C':
      return `${segment
        .slice(1)
        .map((number) => short(number as number))
        .join(' ')} c`
    case 'Z':
      return 'h'
  }
}

function short(number: number): string {
  return String(Number(number.toFixed(4)))
}
