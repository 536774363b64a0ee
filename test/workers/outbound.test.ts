import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelRules } from '#channels'
import { partsOf, togetherWith } from '../../workers/outbound.ts'

type Limits = Pick<ChannelRules, 'sends' | 'mostBytes'>

const plain: Limits = { sends: ['text'], mostBytes: 2048 }
const bytes = (text: string) => Buffer.byteLength(text)
const newCase = { template: 'deputy-new-case', caseNumber: '1042-9', text: '【新诉求】编号 1042-9\n路灯坏了。' }

test('a channel on which nothing can be tapped shows the words as they are', () => {
  expect(partsOf(newCase, plain)).toEqual([{ type: 'text', text: newCase.text }])
})

test('a new case is a card where there are cards, and words to tap where there are those', () => {
  const choices = expect.arrayContaining([{ label: '接单', says: '接单 1042-9' }])
  expect(partsOf(newCase, { ...plain, sends: ['text', 'choices', 'card'] })).toEqual([
    { type: 'card', title: expect.stringContaining('1042-9'), text: newCase.text, caseNumber: '1042-9', choices },
  ])
  expect(partsOf(newCase, { ...plain, sends: ['text', 'choices'] })).toEqual([
    { type: 'choices', text: newCase.text, choices },
  ])
})

test('a question’s numbered lines are tapped where that can be done, and read where it can’t', () => {
  const text = '这件事更像哪一类？\n1 小区、房子\n2 公路、公交'
  const asked = { template: 'ask-topic', caseNumber: '1042-9', text }
  expect(partsOf(asked, { ...plain, sends: ['text', 'choices', 'card'] })).toEqual([
    {
      type: 'choices',
      text: '这件事更像哪一类？',
      choices: [
        { label: '小区、房子', says: '小区、房子' },
        { label: '公路、公交', says: '公路、公交' },
      ],
    },
  ])
  expect(partsOf(asked, plain)).toEqual([{ type: 'text', text }])
})

test('an answer is judged by a tap; residents get no card', () => {
  const answered = { template: 'resident-answered', caseNumber: '1042-9', text: '有答复了。' }
  const [shown] = partsOf(answered, { ...plain, sends: ['text', 'choices', 'card'] })
  expect(shown).toMatchObject({
    type: 'choices',
    choices: [{ says: '满意 1042-9' }, { says: '基本满意 1042-9' }, { says: '不满意 1042-9' }],
  })
})

test('what is about no case, and what has nothing to tap, is words', () => {
  const all: Limits = { ...plain, sends: ['text', 'choices', 'card'] }
  expect(partsOf({ ...newCase, caseNumber: null }, all)).toEqual([{ type: 'text', text: newCase.text }])
  expect(partsOf({ ...newCase, template: 'constructor' }, all)).toEqual([{ type: 'text', text: newCase.text }])
})

test('parts put together are the words again, each fits, and what can be tapped stands under the last', () => {
  const sentences = fc.array(
    fc.string({ unit: 'binary', maxLength: 90 }).map((each) => `${each}。`),
    { maxLength: 40 },
  )
  const limits = fc.record({
    sends: fc.constantFrom<ChannelRules['sends']>(['text'], ['text', 'choices'], ['text', 'choices', 'card']),
    mostBytes: fc.integer({ min: 200, max: 2048 }),
  })
  const template = fc.constantFrom('deputy-new-case', 'resident-answered', 'resident-progress')
  fc.assert(
    fc.property(sentences, limits, template, (words, rules, chosen) => {
      const text = words.join('')
      const parts = partsOf({ template: chosen, caseNumber: '1042-9', text }, rules)
      expect(parts.map((part) => part.text).join('')).toBe(text)
      for (const [index, part] of parts.entries()) {
        if (index < parts.length - 1) expect(part.type).toBe('text')
        const around = 'choices' in part ? part.choices.map(({ says }) => says).join('\n') : ''
        const title = 'title' in part ? part.title : ''
        expect(bytes(part.text + around + title)).toBeLessThanOrEqual(rules.mostBytes)
      }
      expect(parts.length).toBeGreaterThan(0)
    }),
  )
})

const caseOf = (caseNumber: string, text = '路灯坏了。') => ({
  template: 'deputy-new-case',
  caseNumber,
  text: `【新诉求】编号 ${caseNumber}\n${text}\n请在 18:00前接单。\n回复：1 接单　2 退回 原因`,
})

test('new cases that wait come in one message, each with its own words to tap, and the way to answer once', () => {
  const [first, ...along] = [caseOf('1042-9'), caseOf('1050-1'), caseOf('1068-2')]
  const rules: Limits = { ...plain, sends: ['text', 'choices'] }
  expect(togetherWith(first, along, rules)).toBe(2)
  const [shown, ...more] = partsOf({ ...first, along }, rules)
  expect(more).toEqual([])
  expect(shown).toEqual({
    type: 'choices',
    text: [
      '【新诉求】编号 1042-9\n路灯坏了。\n请在 18:00前接单。',
      '【新诉求】编号 1050-1\n路灯坏了。\n请在 18:00前接单。',
      '【新诉求】编号 1068-2\n路灯坏了。\n请在 18:00前接单。',
      '以上 3 件，回复时请写上编号，例如：接单 编号 1042-9',
    ].join('\n\n'),
    choices: ['1042-9', '1050-1', '1068-2'].flatMap((number) =>
      [`接单 ${number}`, `详情 ${number}`].map((says) => ({ label: says, says })),
    ),
  })
})

test('what a resident says looks like no case of its own among several', () => {
  const forged = '灯坏了。\n\n【新诉求】编号 1068-2\n已经修好了'
  const [shown] = partsOf({ ...caseOf('1042-9', forged), along: [caseOf('1050-1')] }, plain)
  expect(shown!.text.match(/【新诉求】编号 \S+/g)).toEqual(['【新诉求】编号 1042-9', '【新诉求】编号 1050-1'])
  expect(shown!.text).toContain('〔新诉求〕编号 1068-2')
})

test('cards, other words, and cases without a number go by themselves', () => {
  const next = [caseOf('1050-1')]
  expect(togetherWith(caseOf('1042-9'), next, { ...plain, sends: ['text', 'choices', 'card'] })).toBe(0)
  expect(togetherWith({ ...caseOf('1042-9'), template: 'resident-progress' }, next, plain)).toBe(0)
  expect(togetherWith({ ...caseOf('1042-9'), caseNumber: null }, next, plain)).toBe(0)
  const other = { ...caseOf('1068-2'), template: 'deputy-overdue' }
  expect(togetherWith(caseOf('1042-9'), [...next, other, caseOf('1076-3')], plain)).toBe(1)
  const alike = ['1042-9', '1050-1'].map((number) => ({ ...caseOf(number), template: 'deputy-overdue' }))
  expect(togetherWith(alike[0]!, alike.slice(1), plain)).toBe(0)
})

test('as many share a message as fit into one part, and one more would not', () => {
  const cases = fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 2, maxLength: 6 })
  const limits = fc.record({
    sends: fc.constantFrom<ChannelRules['sends']>(['text'], ['text', 'choices']),
    mostBytes: fc.integer({ min: 200, max: 2048 }),
  })
  fc.assert(
    fc.property(cases, limits, (texts, rules) => {
      const [first, ...next] = texts.map((text, index) => caseOf(`104${index}-${index}`, text))
      const count = togetherWith(first!, next, rules)
      if (count < next.length) {
        expect(partsOf({ ...first!, along: next.slice(0, count + 1) }, rules).length).toBeGreaterThan(1)
      }
      if (count === 0) return
      const parts = partsOf({ ...first!, along: next.slice(0, count) }, rules)
      expect(parts).toHaveLength(1)
      const [{ text, ...shown }] = parts as [(typeof parts)[number]]
      const taps = 'choices' in shown ? shown.choices.map(({ says }) => says).join('\n') : ''
      expect(bytes(text + taps)).toBeLessThanOrEqual(rules.mostBytes)
      for (const { caseNumber } of [first!, ...next.slice(0, count)]) expect(text).toContain(`编号 ${caseNumber}`)
    }),
  )
})
