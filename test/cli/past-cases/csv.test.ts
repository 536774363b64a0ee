import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLines } from '../../../cli/past-cases/csv.ts'
import type { TableLine } from '../../../cli/past-cases/csv.ts'

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield text.slice(from, cut)
    from = Math.max(from, cut)
  }
  yield text.slice(from)
}

async function lines(text: string, cuts: readonly number[] = []): Promise<TableLine[]> {
  const all: TableLine[] = []
  for await (const line of csvLines(inPieces(text, cuts))) all.push(line)
  return all
}

const cell = fc.oneof(
  fc.constantFrom('路灯坏了', '停水,三天', '说"没人管"', '一行\n两行', '一行\r\n两行', ''),
  fc.string({ unit: fc.constantFrom('a', '水', ',', '"', '\n', ' ', ';') }).map((text) => text.trim()),
)
const written = (text: string): string => (/[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

describe('CSV', () => {
  it('gives what was written, whatever pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(200), { maxLength: 12 }),
        async (rows, ending, cuts) => {
          const table = [['甲', '乙', '丙'], ...rows]
          const text = table.map((row) => row.map(written).join(',')).join(ending)
          const read = await lines(text, cuts)
          expect(read.every(({ fault }) => fault === null)).toBe(true)
          expect(read.map(({ cells }) => cells)).toEqual(table.filter((row) => row.some((each) => each !== '')))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('numbers lines as an editor does', async () => {
    const read = await lines('a,b\n"1\n2",x\n\n3,y\n')
    expect(read.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [1, 'a'],
      [2, '1\n2'],
      [5, '3'],
    ])
  })

  it('loses to a quote that is never closed only the line it stands in', async () => {
    const many = Array.from({ length: 40_000 }, (_, at) => `第${at}行,城乡建设`)
    const read = await lines(['text,topic', 'a,b', '"c,d', ...many].join('\n'))
    expect(read).toHaveLength(many.length + 3)
    expect(read.filter(({ fault }) => fault !== null)).toEqual([
      { line: 3, cells: ['"c', 'd'], fault: expect.stringContaining('never closed') },
    ])
    expect(read.at(-1)).toEqual({ line: many.length + 3, cells: ['第39999行', '城乡建设'], fault: null })
  })

  it.each([
    ['tabs', 'a\tb\n1,5\t2', ['1,5', '2']],
    ['semicolons', 'a;b\n1,5;2', ['1,5', '2']],
    ['wide commas', 'a，b\n1,5，2', ['1,5', '2']],
  ])('is parted by %s too, if its first line is', async (_, text, second) => {
    expect((await lines(text))[1]!.cells).toEqual(second)
  })
})
