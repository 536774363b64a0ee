import { describe, expect, it } from 'vitest'
import { reader } from './fixtures.ts'

const emergencies: [string, string][] = [
  ['煤气漏了满楼道都是味', 'gas'],
  ['家里好大的天然气味', 'gas'],
  ['可能煤气漏了，头晕得很', 'gas'],
  ['着火咧', 'fire'],
  ['有没有人啊着火了', 'fire'],
  ['三楼家里冒黑烟了', 'fire'],
  ['有人要跳楼', 'self-harm'],
  ['我不想活了', 'self-harm'],
  ['再不给工资我就从这楼上跳下去', 'self-harm'],
  ['要是不解决我就跳楼', 'self-harm'],
  ['娃娃找不见了', 'missing'],
  ['老人早上出去就走丢了，谁见了', 'missing'],
  ['楼要塌了', 'collapse'],
  ['围墙塌了压住人了', 'collapse'],
  ['电线掉地上电到人', 'electric'],
  ['有人打架动刀子', 'crime'],
  ['救命啊', 'crime'],
  ['老人晕倒了没反应', 'medical'],
  ['电梯里有老人被困', 'medical'],
  ['有小孩掉渠里了', 'water'],
  ['煤 气 漏 了，快来人', 'gas'],
  ['去年着过火，今天又着火了', 'fire'],
]

const harmless = [
  '急死人了',
  '热得要死',
  '气死我了',
  '吓死',
  '吓死人了',
  '累死',
  '累死我了',
  '这家店火了',
  '晚上吃火锅去',
  '开火做饭',
  '等得着急',
  '煤气费又涨了',
  '想死你了',
  '这是救命稻草',
  '火车站怎么走',
  '跳楼价大甩卖',
  '消防演练几点开始',
  '交天然气费',
  '打火机哪里买',
]

const unreal = [
  '去年着火了到现在没赔',
  '万一着火怎么办',
  '如果着火了消防车进不来',
  '社区搞火灾演练',
  '防止煤气中毒的宣传',
  '前年那次滑坡',
  '没有着火',
  '容易着火',
  '走丢了的老人找到了，走失警报解除，已找到',
]

const urgent = [
  '消防通道被占，停满了车',
  '学校门口井盖没了',
  '停水三天了',
  '污水倒灌进家',
  '楼道漏电',
  '拖欠工资半年',
  '高空抛物砸了车',
]

describe('urgency', () => {
  it.each(emergencies)('%s: an emergency of %s', (text, danger) => {
    expect(reader.read(text)).toMatchObject({ urgency: 'emergency', danger })
  })

  it.each(harmless)('%s: a way of speaking', (text) => {
    expect(reader.read(text)).toMatchObject({ urgency: 'routine', danger: null })
  })

  it.each(unreal)('%s: past, feared or practised', (text) => {
    expect(reader.read(text).urgency).not.toBe('emergency')
  })

  it.each(urgent)('%s: urgent, not an emergency', (text) => {
    expect(reader.read(text)).toMatchObject({ urgency: 'urgent', danger: null })
  })

  it('takes a danger told in a long letter for urgent, unless it is happening now', () => {
    const letter = '我们是住在这里的老住户，关于楼房改造的事情已经向多个单位说明过情况。'.repeat(6)
    expect(reader.read(`${letter}其间电梯困人。${letter}`).urgency).toBe('urgent')
    expect(reader.read(`${letter}现在电梯困人，快来。${letter}`).urgency).toBe('emergency')
  })

  it('makes an emergency an appeal, whatever courtesies surround it', () => {
    expect(reader.read('您好，请问着火了找谁').kind).toBe('appeal')
  })
})
