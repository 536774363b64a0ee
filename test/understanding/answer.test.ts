import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { judgeAnswer } from '#understanding'

const evasive = [
  '您好，您的留言已收悉，已转有关部门办理，感谢您的支持！',
  '这件事已经转给县里的教育部门。',
  '我们高度重视您的意见，将进一步加强管理，认真研究，请您耐心等待。',
  '留言已阅。',
  '',
]
const real = [
  '经现场核实，路灯不亮的原因是电缆被挖断，已于3月12日更换电缆并恢复供电，如有问题请拨打电话0943-8220000。',
  '根据《物业管理条例》第四十二条，公共收益归业主所有，街道已责令物业公司在4月底前公示账目。',
  '经调查核实，该厂未取得环评手续，已责令停产并处罚款5万元，下月15日前复查。',
]

describe('an answer to a resident', () => {
  it.each(evasive)('says nothing: %s', (answer) => expect(judgeAnswer(answer).evasive).toBe(true))
  it.each(real)('says something: %s', (answer) => expect(judgeAnswer(answer).evasive).toBe(false))

  it('is not made real by politeness', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('您好！', '感谢您的来信。', '我们高度重视。', '将进一步加强管理。'), {
          maxLength: 12,
        }),
        (parts) => {
          expect(judgeAnswer(parts.join('')).evasive).toBe(true)
        },
      ),
    )
  })

  it('may be any text, and a long one costs no more than its length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void judgeAnswer(text)))
    const began = performance.now()
    for (const piece of ['经', '工作人员', '已', '将', '转', '2019年', '《', '请您']) judgeAnswer(piece.repeat(20_000))
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})
