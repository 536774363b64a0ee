import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readChoice, takesApart } from '../../../bot/dialogue/choice.ts'

const topic = { what: 'topic', options: ['城乡建设/城市建设和市政管理', '交通运输'] } as const
const labels = ['小区、房子、水电暖', '公路、公交、出租车']
const chosen = (said: string) => readChoice(said, labels, { ...topic, options: [...topic.options] })?.option
const split = (said: string) =>
  readChoice(said, ['分开办', '一起办'], { what: 'split', options: ['apart', 'together'] })?.option

describe('the answer to a choice', () => {
  it('takes matters apart exactly where room was made for several cases', () => {
    const word = fc.constantFrom(
      '分开办',
      '分开',
      '分别办理',
      '分',
      '要分开',
      '1',
      '①',
      '第一个',
      '一起办',
      '不分',
      '路灯坏了',
    )
    const around = fc.string({ unit: fc.constantFrom('！', '。', ' ', '，', '.', '\u3000'), maxLength: 250 })
    fc.assert(
      fc.property(around, word, around, (before, said, after) => {
        const whole = before + said + after
        expect(takesApart(whole)).toBe(split(whole) === 'apart')
      }),
    )
    for (const said of ['分开办！！！！！！！！！！', '分 开 办 理 。 。 。 。', `1${'.'.repeat(30)}`])
      expect(takesApart(said)).toBe(true)
  })

  it.each([
    '1', '１', '1。', '①', '一', '第一个', '前面那个', '选1', '小区、房子、水电暖', '水电暖', '房子', '城乡建设',
  ])('“%s” is the first', (said) => expect(chosen(said)).toBe(topic.options[0])) // prettier-ignore

  it.each(['2', '第二个', '2吧', '后面的', '公交', ' 公路、公交、出租车 ', '交通运输'])('“%s” is the second', (said) =>
    expect(chosen(said)).toBe('交通运输'),
  )

  it.each(['都不是', '不知道', '两个都不是。'])('“%s” is neither', (said) => expect(chosen(said)).toBeNull())

  it.each(['3', '12', '1号楼', '2楼漏水', '1 1', '满意', '公交车不来', '小区里的路', '谢谢', '', '路灯坏了两周'])(
    '“%s” is something else',
    (said) => expect(chosen(said)).toBeUndefined(),
  )

  it.each(['分开', '分开办', '分开办理', '分别办理', '1'])('“%s” takes matters apart', (said) =>
    expect(split(said)).toBe('apart'),
  )
  it.each(['一起', '不用分', '2', '一起办'])('“%s” leaves them together', (said) =>
    expect(split(said)).toBe('together'),
  )

  it('is never read into a sentence', () => {
    const piece = fc.constantFrom('楼', '路灯', '没人管', '水', '坏了', '1', '2', '号', '的', '小区', '公交')
    fc.assert(
      fc.property(fc.array(piece, { minLength: 4, maxLength: 9 }), (pieces) => {
        expect(chosen(pieces.join(''))).toBeUndefined()
      }),
    )
  })
})
