import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import type { CityAnswer } from '#config'
import { answerTo } from '../../../bot/dialogue/quote.ts'

const now = new Date('2026-11-24T02:00:00.000Z')
const entry = (words: string[][], more: Partial<CityAnswer> = {}): CityAnswer => ({
  words,
  answer: words.flat().join(),
  source: '某局通知',
  until: '2027-12-31',
  ...more,
})
const pay = entry([
  ['医保', '合作医疗'],
  ['什么时候', '啥时候', '几月'],
  ['交', '缴'],
])
const away = entry([
  ['医保', '合作医疗'],
  ['异地', '外地'],
])

describe('the city’s own answer', () => {
  it('is found where one word of each group is said', () => {
    expect(answerTo('合作医疗啥时候交', [pay, away], now)).toBe(pay)
    expect(answerTo('在外地看病 医 保 怎么报', [pay, away], now)).toBe(away)
  })

  it.each(['医保怎么交', '什么时候交电费', '你好', ''])('is none for “%s”', (said) =>
    expect(answerTo(said, [pay, away], now)).toBeNull(),
  )

  it('is the one that asks for more, and none where two ask for as much', () => {
    const both = '在外地医保什么时候交'
    expect(answerTo(both, [away, pay], now)).toBe(pay)
    expect(answerTo(both, [away, entry([['医保'], ['什么时候']])], now)).toBeNull()
  })

  it('is not used from the day after its last', () => {
    const until = '2026-11-24'
    const lastMoment = new Date('2026-11-24T15:59:59.999Z')
    expect(answerTo('医保异地', [{ ...away, until }], lastMoment)).not.toBeNull()
    expect(answerTo('医保异地', [{ ...away, until }], new Date(lastMoment.getTime() + 1))).toBeNull()
  })

  it('is never given to a story', () => {
    expect(answerTo(`医保异地报不了，${'跑了好几趟都说不行，'.repeat(6)}`, [away], now)).toBeNull()
  })

  it('in the demo city names a source and a day for each', () => {
    const { answers } = loadCity('baiyin-demo')
    expect(answers.length).toBeGreaterThan(0)
    for (const { source, until } of answers) {
      expect(source).not.toBe('')
      expect(until).toMatch(/^\d{4}-\d\d-\d\d$/)
    }
  })
})
