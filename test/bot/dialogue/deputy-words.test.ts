import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseNumber } from '#cases'
import { readDeputyWord, verbNames } from '../../../bot/dialogue/deputy-words.ts'
import type { DeputyVerb, DeputyWord } from '../../../bot/dialogue/deputy-words.ts'

type Deed = Extract<DeputyWord, { words: string }>
const deed = (what: DeputyVerb, more: Partial<Deed> = {}): Deed => ({
  do: what,
  number: null,
  outcome: null,
  words: '',
  ...more,
})
const n = '1042-9'

const lines: [said: string, word: DeputyWord][] = [
  ['1', deed('accept')],
  ['１', deed('accept')],
  ['接单', deed('accept')],
  ['接单。', deed('accept')],
  ['接单了', deed('accept', { words: '了' })],
  ['收到，接单', deed('accept')],
  ['我接', deed('accept')],
  ['1接单', deed('accept')],
  ['1 1042-9', deed('accept', { number: n })],
  ['1.10429', deed('accept', { number: n })],
  ['接单 1042-9', deed('accept', { number: n })],
  ['接单，编号1042-9', deed('accept', { number: n })],
  ['接单10429', deed('accept', { number: n })],
  ['1042-9 接单', deed('accept', { number: n })],
  ['1042-9 1', deed('accept', { number: n })],
  ['编号：1042-9，接单', deed('accept', { number: n })],
  ['2 不归我们镇管', deed('decline', { words: '不归我们镇管' })],
  ['2退回 不归我们镇管', deed('decline', { words: '不归我们镇管' })],
  ['退回：不归我们镇管', deed('decline', { words: '不归我们镇管' })],
  ['不接单，不归我们镇管', deed('decline', { words: '不归我们镇管' })],
  ['不接 不归我们镇管', deed('decline', { words: '不归我们镇管' })],
  ['1042-9 退回 不是我们镇', deed('decline', { number: n, words: '不是我们镇' })],
  ['退回 1042-9 不是我们镇', deed('decline', { number: n, words: '不是我们镇' })],
  ['3 电工明天到现场', deed('progress', { words: '电工明天到现场' })],
  ['3到现场看过了', deed('progress', { words: '到现场看过了' })],
  ['3 月底前换灯', deed('progress', { words: '月底前换灯' })],
  ['3 3天内修好', deed('progress', { words: '3天内修好' })],
  ['进展 1042-9：电工明天到现场', deed('progress', { number: n, words: '电工明天到现场' })],
  ['进展：2楼已修好', deed('progress', { words: '2楼已修好' })],
  ['进展', deed('progress')],
  ['进度 已派人', deed('progress', { words: '已派人' })],
  ['4 A 路灯已换新', deed('answer', { outcome: 'A', words: '路灯已换新' })],
  ['4A路灯已换新', deed('answer', { outcome: 'A', words: '路灯已换新' })],
  ['4', deed('answer')],
  ['答复 a，路灯已换新', deed('answer', { outcome: 'A', words: '路灯已换新' })],
  ['答复B类 12月31日前完成改造', deed('answer', { outcome: 'B', words: '12月31日前完成改造' })],
  ['答复Ｃ：资金没有着落', deed('answer', { outcome: 'C', words: '资金没有着落' })],
  ['办结 D 已转交规划部门', deed('answer', { outcome: 'D', words: '已转交规划部门' })],
  ['答复 1042-9 A 路灯已换新', deed('answer', { number: n, outcome: 'A', words: '路灯已换新' })],
  ['答复 编号 1042-9 A 路灯已换新', deed('answer', { number: n, outcome: 'A', words: '路灯已换新' })],
  ['答复 A 1042-9 路灯已换新', deed('answer', { number: n, outcome: 'A', words: '路灯已换新' })],
  ['1042-9 4 A 路灯已换新', deed('answer', { number: n, outcome: 'A', words: '路灯已换新' })],
  ['1042-9 答复 A 3号楼已供水', deed('answer', { number: n, outcome: 'A', words: '3号楼已供水' })],
  ['答复 路灯已换新', deed('answer', { words: '路灯已换新' })],
  ['答复 ATM机已修好', deed('answer', { words: 'ATM机已修好' })],
  ['帮助', { do: 'help' }],
  ['？', { do: 'help' }],
  ['在手', { do: 'list' }],
  ['待办', { do: 'list' }],
  ['详情', { do: 'detail', number: null }],
  ['详情 1042-9', { do: 'detail', number: n }],
  ['查看编号1042-9', { do: 'detail', number: n }],
  ['1042-9 详情', { do: 'detail', number: n }],
  ['1042-9', { do: 'detail', number: n }],
]

const sentences = [
  '1号楼的电梯坏了',
  '1 号楼的电梯坏了',
  '2楼漏水',
  '2 单元没有暖气',
  '3天了还没人来',
  '4点到现场',
  '1-2号楼没水',
  '1、2号楼没水',
  '1.5米的坑',
  '3个月没发工资',
  '12月的事',
  '2026年的计划',
  '4000元没给',
  '我接不了',
  '我接到群众电话',
  '接受不了这个安排',
  '接单率太低了',
  '接单难',
  '不接电话的是谁',
  '退回来的件在哪里',
  '进度怎么样了',
  '进展如何',
  '进展怎么样了',
  '查看了现场，灯已修好',
  '反映：我家楼下路灯坏了',
  '路灯已换新',
  '1042-7',
  '你好',
  '',
]

describe('a deputy’s word', () => {
  it.each(lines)('%s', (said, word) => {
    expect(readDeputyWord(said)).toEqual(word)
  })

  it.each(sentences)('is not “%s”', (said) => {
    expect(readDeputyWord(said)).toBeNull()
  })

  it('is the same by word or digit, with any case’s number before it or behind', () => {
    const verbs = (Object.keys(verbNames) as DeputyVerb[]).map(
      (verb, index) => [verb, [verbNames[verb], String(index + 1)]] as const,
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 9_999_999 }),
        fc.constantFrom(...verbs),
        fc.nat(1),
        fc.constantFrom(' ', '，', '：', '、'),
        (serial, [verb, words], which, gap) => {
          const number = caseNumber(serial)
          const outcome = verb === 'answer' ? 'A' : null
          const rest = outcome === null ? '已到现场' : `A${gap}已到现场`
          const expected = deed(verb, { number, outcome, words: '已到现场' })
          expect(readDeputyWord(`${words[which]}${gap}${number}${gap}${rest}`)).toEqual(expected)
          expect(readDeputyWord(`${number}${gap}${words[which]}${gap}${rest}`)).toEqual(expected)
          expect(readDeputyWord(`编号 ${number} ${words[which]} ${rest}`)).toEqual(expected)
        },
      ),
    )
  })

  it('is read from any text without a fault', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', '1', '4', '答复', '编号', '1042-9'),
        fc.string({ unit: 'grapheme' }),
        (before, text) => {
          const word = readDeputyWord(before + text)
          if (word && 'number' in word && word.number !== null) expect(word.number).toMatch(/^\d+(-\d+)+$/)
        },
      ),
    )
  })
})

it('passes words on as they were written', () => {
  expect(readDeputyWord('进展 明天上午，电工到现场（已联系）')).toMatchObject({
    words: '明天上午，电工到现场（已联系）',
  })
  expect(readDeputyWord('４　Ａ　路灯已换新，请看')).toMatchObject({
    do: 'answer',
    outcome: 'A',
    words: '路灯已换新，请看',
  })
})
