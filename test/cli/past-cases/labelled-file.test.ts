import { mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMashangError } from '#base'
import { loadCity } from '#config'
import { readLabelled } from '../../../cli/labelled-file.ts'
import type { LabelledRow } from '../../../cli/labelled-file.ts'
import { workbookOf, zipOf } from '../../support/workbook.ts'
import type { Cell } from '../../support/workbook.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-past-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const { topics } = loadCity('baiyin-demo')
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const read = (name: string, content: string | Buffer) => readLabelled(file(name, content), { topics })
const row = (text: string, more: Partial<LabelledRow> = {}): LabelledRow => ({
  text,
  setting: 'private',
  kind: null,
  topic: null,
  place: undefined,
  urgency: null,
  ...more,
})
async function refusal(name: string, content: string | Buffer): Promise<string> {
  const error: unknown = await read(name, content).then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (!isMashangError(error, 'LABELLED_FILE')) throw error
  return `${error.message} | ${error.fix}`
}

/** GB 18030 by asking the decoder what each pair of bytes stands for. */
function gbk(text: string): Buffer {
  const decoder = new TextDecoder('gb18030')
  const bytesOf = new Map<string, number[]>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++)
      bytesOf.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail])
  }
  return Buffer.from([...text].flatMap((char) => (char < '\x80' ? char.charCodeAt(0) : bytesOf.get(char)!)))
}

const table = '诉求内容,一级分类,类别,紧急程度\r\n"路灯坏了，两周没人修",城乡建设,诉求,一般\r\n感谢社区,民政,表扬,\r\n'
const expected = [
  row('路灯坏了，两周没人修', { topic: '城乡建设', kind: 'appeal', urgency: 'routine' }),
  row('感谢社区', { topic: '民政', kind: 'praise' }),
]

describe('a table of past cases', () => {
  it.each([
    ['UTF-8', Buffer.from(table)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${table}`)],
    ['GBK, as Excel on Chinese Windows saves it', gbk(table)],
    ['UTF-16, as Excel saves “Unicode text”', Buffer.from(`\uFEFF${table.replace(/,/g, '\t')}`, 'utf16le')],
  ])('is read in %s', async (_, bytes) => {
    const { rows, rejected } = await read('a.csv', bytes)
    expect(rejected.count).toBe(0)
    expect(rows).toEqual(expected)
  })

  it('is GBK though its first Chinese letter comes late', async () => {
    const late = `text,topic\n${'plain words,\n'.repeat(20_000)}`
    const { rows } = await read('a.csv', Buffer.concat([Buffer.from(late), gbk('水管爆了,城乡建设\n')]))
    expect(rows.at(-1)).toEqual(row('水管爆了', { topic: '城乡建设' }))
  })

  it.each([
    ['text,topic', 'text,topic'],
    ['Chinese', '内容,主题'],
    ['with marks and brackets', ' 诉求内容（必填）* ,诉求分类：'],
    ['of other kinds', '留言详情,一级标签'],
  ])('may be headed %s', async (_, header) => {
    expect((await read('a.csv', `${header}\n停水三天,城乡建设\n`)).rows).toEqual([
      row('停水三天', { topic: '城乡建设' }),
    ])
  })

  it('puts a title before the words, and levels of a topic together as deep as the city knows them', async () => {
    const deep = topics.find((topic) => topic.split('/').length === 3)!
    const [first, second, third] = deep.split('/')
    const { rows } = await read(
      'a.csv',
      `标题,内容,一级分类,二级分类,三级分类\n灯,坏了,${first},${second},${third}\n,坏了,${first},${second},没有的\n`,
    )
    expect(rows).toEqual([row('灯\n坏了', { topic: deep }), row('坏了', { topic: `${first}/${second}` })])
  })

  it('without a column of words says what it saw, and what it knows', async () => {
    const told = await refusal('a.csv', '编号,日期\n1,2026-01-01\n')
    expect(told).toContain('编号,日期')
    expect(told).toContain('内容')
  })
})

describe('a line that can’t be used', () => {
  it('is kept apart with its line, its column and why; the others are taken; mended, it is read', async () => {
    const { rows, rejected } = await read(
      'a.csv',
      '编号,内容,主题,类别\n1,路灯坏了,城乡建设,诉求\n2,停水,没有的主题,诉求\n3,,城乡建设,\n4,"引号,没完\n5,逗号,太多,了,城乡建设,诉求\n6,有毛病,城乡建设,胡闹\n7,好的,民政,\n',
    )
    expect(rows.map(({ text }) => text)).toEqual(['路灯坏了', '好的'])
    expect(rejected.told.map(({ line, column }) => [line, column])).toEqual([
      [3, '主题'],
      [4, '内容'],
      [5, null],
      [6, null],
      [7, '类别'],
    ])
    expect(rejected.path).toBe(join(folder, 'a.rejected.csv'))
    const apart = readFileSync(rejected.path, 'utf8')
    expect(apart.startsWith('\uFEFF编号,内容,主题,类别,line,why\r\n2,停水,没有的主题,诉求,3,')).toBe(true)
    // What is mended in it is read again from it.
    const again = await read('mended.csv', apart.replace('没有的主题', '民政'))
    expect(again.rows).toEqual([row('停水', { topic: '民政', kind: 'appeal' })])
    expect(again.rejected.count).toBe(4)
  })

  it('of JSONL is kept as it stands', async () => {
    const { rows, rejected } = await read(
      'a.jsonl',
      '{"text":"路灯坏了","topic":"城乡建设"}\n{\n[1]\n{"topic":"民政"}\n',
    )
    expect(rows).toEqual([row('路灯坏了', { topic: '城乡建设' })])
    const kept = readFileSync(rejected.path, 'utf8').trim().split('\n')
    expect(kept.map((line) => JSON.parse(line) as object)).toEqual([
      { line: 2, why: 'is not JSON', row: '{' },
      { line: 3, why: expect.any(String), row: '[1]' },
      { line: 4, why: 'has no "text"', row: '{"topic":"民政"}' },
    ])
  })

  it('is written nowhere where there is none, and where it is told to', async () => {
    await read('a.csv', 'text\na\n')
    expect(existsSync(join(folder, 'a.rejected.csv'))).toBe(false)
    const path = file('b.csv', 'text,topic\na,\nb,x\n')
    await readLabelled(path, { topics, rejectedPath: join(folder, 'elsewhere.csv') })
    expect(existsSync(join(folder, 'elsewhere.csv'))).toBe(true)
  })

  it('is told when all are so', async () => {
    expect(await refusal('a.jsonl', '{"a":1}\n{\n')).toMatch(/line 1 .*\n.*line 2 /)
  })

  it('never takes another one along: lines in are lines out', async () => {
    const line = fc.constantFrom(
      '好话,城乡建设',
      ',城乡建设',
      '"开着,城乡建设',
      '话,没有的',
      '多,一,个',
      '单',
      '"引,号",民政',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
        const good = lines.filter((each) => ['好话,城乡建设', '"引,号",民政'].includes(each)).length
        // A quote that is open may run on to one further down, which then closes it.
        fc.pre(!lines.includes('"开着,城乡建设') || lines.filter((each) => each.startsWith('"')).length === 1)
        const result = await read('p.csv', ['text,topic', '首,民政', ...lines].join('\n'))
        expect(result.rows).toHaveLength(good + 1)
        expect(result.rejected.count).toBe(lines.length - good)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a workbook', () => {
  const rows: Cell[][] = [
    ['2026年诉求台账', null, null, null],
    ['日期', '诉求内容', '分类', null],
    [null, null, '一级', '二级'],
    [{ number: 46_349, style: 1 }, '路灯坏了', '城乡建设', null],
    [
      { number: 46_349.5, style: 2 },
      { xml: '<c r="@" t="inlineStr"><is><r><t>停水</t></r><r><t>三天</t></r></is></c>' },
      null,
      null,
    ],
    [{ number: 7, style: 3 }, '救助金', '没有的', null],
  ]
  const merges = ['A1:D1', 'A2:A3', 'B2:B3', 'C2:D2', 'C4:C5']

  it('is read through titles, headers of two lines, merged cells, rich text and dates', async () => {
    const { rows: taken, rejected } = await read(
      'a.xlsx',
      workbookOf([
        { name: '说明', rows: [['无表']] },
        { name: '台账', rows, merges },
      ]),
    )
    expect(taken).toEqual([row('路灯坏了', { topic: '城乡建设' }), row('停水三天', { topic: '城乡建设' })])
    expect(rejected.told).toEqual([{ line: 6, column: '一级', why: expect.stringContaining('没有的') }])
    expect(readFileSync(rejected.path, 'utf8')).toContain('7,救助金,没有的,,6,')
  })

  it('keeps the dates of a rejected line readable', async () => {
    const bad: Cell[][] = [
      ['内容', '日期', '登记'],
      ['', { number: 46_349, style: 1 }, { number: 46_349.5, style: 2 }],
      ['a', null, null],
    ]
    const { rejected } = await read('a.xlsx', workbookOf([{ name: 's', rows: bad }]))
    expect(readFileSync(rejected.path, 'utf8')).toContain(',2026-11-23,2026-11-23 12:00,2,')
  })

  it('gives any words back as they are', async () => {
    const words = fc.string({ unit: fc.constantFrom('水', 'a', '<', '&', '"', '\n', '😀', ']'), minLength: 1 })
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 20 }), async (texts) => {
        const full = texts.filter((text) => text.trim() !== '')
        fc.pre(full.length > 0)
        const book = workbookOf([{ name: 's', rows: [['text'], ...full.map((text) => [text])] }])
        expect((await read('p.xlsx', book)).rows.map(({ text }) => text)).toEqual(full.map((text) => text.trim()))
      }),
      { numRuns: 60 },
    )
  })

  it('of 200,000 lines is read whole, in the order they stand in', async () => {
    const inline = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
    const lines = Array.from(
      { length: 200_000 },
      (_, at) => `<row>${inline(`第${(at * 7_919) % 200_000}盏路灯`)}${inline('城乡建设')}</row>`,
    )
    const sheet = `<worksheet><sheetData><row>${inline('内容')}${inline('主题')}</row>${lines.join('')}</sheetData></worksheet>`
    const book = workbookOf([{ name: 's', rows: [] }], { 'xl/worksheets/sheet1.xml': sheet })
    const { rows: taken } = await read('large.xlsx', book)
    expect(taken).toHaveLength(lines.length)
    expect(taken[123_456]).toEqual(row(`第${(123_456 * 7_919) % 200_000}盏路灯`, { topic: '城乡建设' }))
  }, 60_000)

  it.each([
    [
      'a bomb',
      () =>
        workbookOf([{ name: 's', rows: [['text'], ['a']] }], {
          'xl/sharedStrings.xml': `<sst><si><t>${' '.repeat(2 ** 24)}</t></si></sst>`,
        }),
    ],
    [
      'one that lies about its size',
      () => zipOf({ 'xl/workbook.xml': 'x'.repeat(100_000), 'xl/_rels/workbook.xml.rels': '<a/>' }, 10),
    ],
    ['no zip at all', () => Buffer.from('PK\x03\x04 and then nothing')],
    [
      'XML that breaks off',
      () => workbookOf([{ name: 's', rows: [['text']] }], { 'xl/workbook.xml': '<workbook><sheets>' }),
    ],
    [
      'entities that multiply',
      () =>
        workbookOf([{ name: 's', rows: [] }], {
          'xl/worksheets/sheet1.xml': `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>`,
        }),
    ],
    ['an old .xls', () => Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ])('that is %s is refused with what to do', async (_, bytes) => {
    expect(await refusal('hostile.xlsx', bytes())).toMatch(/save/i)
  })

  it('of any bytes at all is read or refused, and nothing else happens', async () => {
    const book = workbookOf([{ name: 's', rows, merges }])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(book.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = Buffer.from(book)
          for (const [at, byte] of changes) bytes[at] = byte
          const error: unknown = await read('f.xlsx', bytes).catch((each: unknown) => each)
          if (error instanceof Error && !isMashangError(error, 'LABELLED_FILE')) throw error
        },
      ),
      { numRuns: 200 },
    )
  })
})
