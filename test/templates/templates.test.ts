import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { noticeTemplates } from '#cases'
import type { Notice, NoticeTemplate, Refusal } from '#cases'
import { answerTemplates, caseView, loadTemplates, tellings, togetherOf } from '#templates'
import type { TemplateName } from '#templates'
import { answerParameters, audience, bareCase, nameless, now, sampleCase } from './sample.ts'

/** All of them: the compiler holds this to `Refusal`. */
const refusals = Object.keys({
  'unknown-case': 0,
  'not-yours': 0,
  accused: 0,
  'already-open': 0,
  'already-accepted': 0,
  'not-open': 0,
  'not-answered': 0,
  'nothing-waits': 0,
  'already-judged': 0,
  'promise-needs-date': 0,
  'promise-date-past': 0,
  'not-due': 0,
  'nothing-to-change': 0,
} satisfies Record<Refusal, number>) as Refusal[]
const refused = refusals.map((refusal): TemplateName => `refused-${refusal}`)

const say = loadTemplates('zh-CN', { strict: true })
const bytes = (text: string) => Buffer.byteLength(text)
const states = { full: sampleCase(), bare: bareCase }
const worlds = { named: audience, nameless }

const noticeTo = (template: NoticeTemplate): Notice => ({
  to: template.startsWith('resident-') ? { party: 'resident', id: 'r1' } : { party: 'deputy', id: 'd1' },
  template,
  message: 'm',
})

/** Every answer, refusal and notice, in every state it may meet. */
function* everything(words: string, many: number): Generator<[name: TemplateName, text: string]> {
  for (const state of Object.values(states)) {
    for (const names of Object.values(worlds)) {
      const parameters = answerParameters(state, names, many)
      for (const name of answerTemplates) for (const each of parameters[name]) yield [name, say(name, { ...each })]
      for (const name of refused) yield [name, say(name, { number: state.number })]
      for (const name of noticeTemplates) {
        for (const { text } of tellings(
          [noticeTo(name)],
          { case: state, placeText: null },
          names,
          () => words,
          say,
          now,
        ))
          yield [name, text]
      }
    }
  }
}

describe('the templates', () => {
  it('are one file for each name, and no file is left over', () => {
    const files = readdirSync(new URL('../../templates/zh-CN/', import.meta.url)).sort()
    const names = [...answerTemplates, ...noticeTemplates, ...refused]
    expect(files).toEqual(names.map((name) => `${name}.liquid`).sort())
    expect(new Set(names).size).toBe(names.length)
  })

  it('say something, all of it filled in', () => {
    let count = 0
    for (const [name, text] of everything('路灯坏了', 3)) {
      count++
      expect(text, name).not.toMatch(/undefined|null|\[object|\{\{|%\}|NaN|Invalid/)
      expect(text.length, name).toBeGreaterThan(3)
      expect(text, name).toBe(text.trim())
      expect(text, name).not.toContain('\n\n\n')
      // A gap where a name should stand.
      expect(text, name).not.toMatch(/由负责|：负责|（）|：已接单|[，。]说：|请在 ?前/)
    }
    expect(count).toBeGreaterThan(4 * (answerTemplates.length + noticeTemplates.length + refused.length))
  })

  it.each([
    ['汉字', '坏'],
    ['emoji', '😀'],
    ['joined emoji', '👨‍👩‍👧‍👦'],
    ['plain letters', 'a'],
    ['lone surrogates', '\ud83d'],
  ])('fit a message of 2,048 bytes, with 10,000 characters of %s', (_, unit) => {
    for (const [name, text] of everything(unit.repeat(10_000), 40)) {
      expect(bytes(text), name).toBeLessThanOrEqual(2048)
    }
  })

  it('say 编号 before each case number', () => {
    for (const [name, text] of everything('路灯坏了', 3)) {
      const bare = text.replaceAll(`编号 ${states.full.number}`, '')
      expect(bare, name).not.toContain(states.full.number)
    }
  })

  it('refuse a parameter that nobody passed', () => {
    expect(() => say('receipt', { c: {} })).toThrow(/undefined/)
    expect(() => say('no-such' as TemplateName, {})).toThrow('no-such')
  })

  it('take words as they are: neither template code nor markup', () => {
    const said = '{{ c.number }} {% if %} <b>&amp;</b> \u202e'
    const [told] = tellings(
      [noticeTo('resident-progress')],
      { case: states.full, placeText: null },
      audience,
      () => said,
      say,
      now,
    )
    expect(told!.text).toContain(said)
  })
})

describe('a telling', () => {
  const words = '我是张某，电话 138 1234 5678，路灯坏了'
  const tell = (template: NoticeTemplate, anonymous: boolean) =>
    tellings(
      [noticeTo(template)],
      { case: sampleCase({ anonymous }), placeText: null },
      audience,
      () => words,
      say,
      now,
    )[0]!.text

  it('keeps numbers of an anonymous resident from whoever handles the case', () => {
    expect(tell('deputy-new-case', true)).not.toMatch(/138|1234 5678/)
    expect(tell('deputy-new-case', true)).toContain('群众（匿名）')
    expect(tell('deputy-new-case', false)).toContain('138 1234 5678')
    expect(tell('resident-progress', true)).toContain('138 1234 5678')
  })

  it('ends a new case with how to answer, which is told once below several', () => {
    const text = tell('deputy-new-case', false)
    expect(text).toMatch(/\n回复：1 接单.*$/)
    const several = togetherOf('deputy-new-case', [
      { caseNumber: '1042-9', text },
      { caseNumber: '1050-1', text },
    ])!
    expect(several.text).not.toContain('回复：1')
    expect(several.text).toMatch(/\n\n以上 2 件，回复时请写上编号，例如：接单 编号 1042-9$/)
  })

  it('goes to the resident’s contact, the deputy, and each clerk', () => {
    const notices: Notice[] = [
      noticeTo('resident-accepted'),
      noticeTo('deputy-judged'),
      { to: { party: 'staff' }, template: 'staff-overdue', message: null },
    ]
    expect(
      tellings(notices, { case: sampleCase(), placeText: null }, audience, () => null, say, now).map(
        ({ to, template }) => [to, template],
      ),
    ).toEqual([
      [{ party: 'resident', contactId: 'r1' }, 'resident-accepted'],
      [{ party: 'person', id: 'd1' }, 'deputy-judged'],
      [{ party: 'person', id: 's1' }, 'staff-overdue'],
      [{ party: 'person', id: 's2' }, 'staff-overdue'],
    ])
  })

  it('never tells who an anonymous resident is', () => {
    expect(caseView({ case: sampleCase({ anonymous: true }), placeText: null }, audience, now).who).toBe('群众（匿名）')
    expect(JSON.stringify(caseView({ case: sampleCase(), placeText: null }, audience, now))).not.toContain('r1')
  })
})
