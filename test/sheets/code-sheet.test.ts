import { inflateSync } from 'node:zlib'
import QRCode from 'qrcode'
import { describe, expect, test } from 'vitest'
import { drawCodeSheet, scaled, toPdf, toPng } from '#sheets'
import type { CodeSheet, Page } from '#sheets'

const sheet: CodeSheet = {
  url: 'http://weixin.qq.com/q/02bXyZabcdefgh1234567890',
  heading: '有事找代表 扫码说',
  name: '祁若澜代表',
  lines: ['白银区人民路街道', '人民路街道人大代表之家'],
  steps: ['微信扫一扫', '说清在哪里、什么事', '收到编号就是受理了'],
  foot: ['不收费，不用下载'],
}
const codeOf = (page: Page) => page.shapes.find(({ fill }) => fill === '#000000')!

/** Corners of all that is drawn. */
function extentOf(page: Page) {
  const points = page.shapes.flatMap(({ outline }) =>
    outline.flatMap(([, ...numbers]) => {
      const pairs: [number, number][] = []
      for (let at = 0; at + 1 < numbers.length; at += 2) pairs.push([numbers[at]!, numbers[at + 1]!])
      return pairs
    }),
  )
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  return { west: Math.min(...xs), east: Math.max(...xs), north: Math.min(...ys), south: Math.max(...ys) }
}

describe('the sheet of a code', () => {
  test('shows the very modules of the code, with a quiet zone of four around', async () => {
    const { page } = await drawCodeSheet(sheet)
    const { modules } = QRCode.create(sheet.url, { errorCorrectionLevel: 'Q' })
    // Five strokes a rectangle: its upper left and its lower right corner say all.
    const { outline } = codeOf(page)
    const dark: { x: number; y: number; x2: number; y2: number }[] = []
    for (let at = 0; at < outline.length; at += 5) {
      const [, x, y] = outline[at] as ['M', number, number]
      const [, x2, y2] = outline[at + 2] as ['L', number, number]
      dark.push({ x, y, x2, y2 })
    }
    const west = Math.min(...dark.map(({ x }) => x))
    const north = Math.min(...dark.map(({ y }) => y))
    const unit = (Math.max(...dark.map(({ x2 }) => x2)) - west) / modules.size
    for (let row = 0; row < modules.size; row++) {
      for (let column = 0; column < modules.size; column++) {
        const [px, py] = [west + (column + 0.5) * unit, north + (row + 0.5) * unit]
        const isDark = dark.some(({ x, y, x2, y2 }) => x < px && px < x2 && y < py && py < y2)
        expect(isDark).toBe(Boolean(modules.get(row, column)))
      }
    }
    // From a step's distance: a module of at least two and a half millimetres.
    expect(unit).toBeGreaterThan(2.5)
    for (const { fill, outline: other } of page.shapes) {
      if (fill === '#000000') continue
      const { west: w, east: e, north: n, south: s } = extentOf({ ...page, shapes: [{ fill, outline: other }] })
      const apart =
        e < west - 4 * unit ||
        w > west + (modules.size + 4) * unit ||
        s < north - 4 * unit ||
        n > north + (modules.size + 4) * unit
      expect(apart).toBe(true)
    }
  })

  test.each([
    ['short', sheet],
    [
      'long',
      {
        ...sheet,
        name: '白银市人民路街道向阳社区晨光佳苑人大代表联络站代表之家',
        lines: ['很'.repeat(40), '长'.repeat(40)],
        steps: sheet.steps.map((step) => step.repeat(4)),
      },
    ],
    ['bare', { ...sheet, lines: ['', ''], foot: [] }],
  ] as const)('stays on the page: %s', async (_what, each) => {
    const { page, missing } = await drawCodeSheet({
      ...each,
      lines: [...each.lines],
      steps: [...each.steps],
      foot: [...each.foot],
    })
    const { west, east, north, south } = extentOf(page)
    expect([west, north]).toEqual([0, 0])
    expect(east).toBeLessThanOrEqual(page.width)
    expect(south).toBeLessThanOrEqual(page.height - 5)
    expect(missing).toEqual([])
    const code = extentOf({ ...page, shapes: [codeOf(page)] })
    expect(code.east - code.west).toBeGreaterThan(70)
  })

  test('has rare names, and says which characters it lacks', async () => {
    expect((await drawCodeSheet({ ...sheet, name: '王堃、李喆、陈淼、刘翀、祁瑄、靳玥、阮懿' })).missing).toEqual([])
    expect((await drawCodeSheet({ ...sheet, name: '王\u{2a700}䶮' })).missing).toEqual(['\u{2a700}', '䶮'])
    await expect(drawCodeSheet({ ...sheet, name: '䶮' }, import.meta.filename)).rejects.toMatchObject({
      code: 'SHEET_FONT',
    })
  })
})

test('as PNG it has the size that is asked for', async () => {
  const { page } = await drawCodeSheet(sheet)
  for (const [each, dots, width, height] of [
    [page, 300, 2480, 3508],
    [scaled(page, Math.SQRT1_2), 100, 585, 827],
  ] as const) {
    const png = await toPng(each, dots)
    expect(png.toString('latin1', 1, 4)).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(width)
    expect(Math.abs(png.readUInt32BE(20) - height)).toBeLessThanOrEqual(1)
  }
})

test('as PDF it is whole: every object where the table says, every page of its size, every shape drawn', async () => {
  const { page } = await drawCodeSheet(sheet)
  const small = scaled(page, Math.SQRT1_2)
  const pdf = toPdf([page, small])
  const text = pdf.toString('latin1')
  expect(text.startsWith('%PDF-1.4\n')).toBe(true)
  expect(text.endsWith('%%EOF\n')).toBe(true)
  const table = Number(/startxref\n(\d+)\n/.exec(text)![1])
  const entries = [...text.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
  expect(entries).toHaveLength(Number(/\/Size (\d+)/.exec(text)![1]) - 1)
  for (const [index, offset] of entries.entries()) {
    expect(text.slice(offset, offset + 12)).toMatch(new RegExp(`^${index + 1} 0 obj\n`))
  }
  const boxes = [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, w, h]) => [Number(w), Number(h)])
  expect(boxes).toEqual([
    [595.2756, 841.8898],
    [420.9234, 595.306],
  ])
  const streams = [...text.matchAll(/\/Length (\d+) >>\nstream\n/g)].map((match) => {
    const from = match.index + match[0].length
    return inflateSync(pdf.subarray(from, from + Number(match[1]))).toString()
  })
  for (const [index, each] of [page, small].entries()) {
    expect(streams[index]!.match(/^f$/gm)).toHaveLength(each.shapes.length)
    expect(streams[index]).not.toMatch(/NaN|undefined|Infinity|e-/)
  }
})
