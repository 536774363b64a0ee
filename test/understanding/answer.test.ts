import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '#understanding'

interface Line {
  text: string
  evasive: boolean
}
/** What deputies write from a phone, half of it saying nothing. */
const lines = readFileSync(new URL('../../understanding/corpus/answers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line)

const evasive = [
  '您好，您的留言已收悉，已转有关部门办理，感谢您的支持！',
  '这件事已经转给县里的教育部门。',
  '我们高度重视您的意见，将进一步加强管理，认真研究，请您耐心等待。',
  '留言已阅。',
  '建议您直接咨询教育局，电话：0943-8220000。谢谢！2026年3月12日',
  '您反映的问题已转县交通运输局核查、办复。2026年3月12日',
  '',
]
const real = [
  '经现场核实，路灯不亮的原因是电缆被挖断，已于3月12日更换电缆并恢复供电，如有问题请拨打电话0943-8220000。',
  '根据《物业管理条例》第四十二条，公共收益归业主所有，街道已责令物业公司在4月底前公示账目。',
  '经调查核实，该厂未取得环评手续，已责令停产并处罚款5万元，下月15日前复查。',
  '目前没有这方面的补贴政策，但可以向当地民政部门申请大病救助。',
  '将于12月20日前换整根灯杆。',
  '修好了',
]

describe('an answer to a resident', () => {
  it.each(evasive)('says nothing: %s', (answer) => expect(judgeAnswer(answer).evasive).toBe(true))
  it.each(real)('says something: %s', (answer) => expect(judgeAnswer(answer).evasive).toBe(false))

  it('in a line from a phone is told from an empty one nine times in ten', () => {
    const flagged = lines.filter(({ text }) => judgeAnswer(text).evasive)
    const rightly = flagged.filter((line) => line.evasive)
    expect(lines.filter((line) => line.evasive).length).toBeGreaterThanOrEqual(50)
    expect(lines.filter((line) => !line.evasive).length).toBeGreaterThanOrEqual(50)
    expect(rightly.length / flagged.length).toBeGreaterThanOrEqual(0.9)
    expect(rightly.length / lines.filter((line) => line.evasive).length).toBeGreaterThanOrEqual(0.9)
  })

  const courtesies = fc.constantFrom('您好！', '感谢您的来信。', '我们高度重视。', '将进一步加强管理。')
  it('is not made real by politeness', () => {
    fc.assert(
      fc.property(fc.array(courtesies, { maxLength: 12 }), (parts) => {
        expect(judgeAnswer(parts.join('')).evasive).toBe(true)
      }),
    )
  })

  it('that says something goes on saying it, however politely it is wrapped', () => {
    fc.assert(
      fc.property(
        fc.array(courtesies, { maxLength: 4 }),
        fc.constantFrom(...real),
        fc.array(courtesies, { maxLength: 4 }),
        (before, said, after) => {
          expect(judgeAnswer(`${before.join('')}${said}。${after.join('')}`).evasive).toBe(false)
        },
      ),
    )
  })

  it('is not made real by the date it is signed with', () => {
    expect(judgeAnswer('您的留言已收悉，我们会尽快处理。2026年3月12日').evasive).toBe(true)
    expect(judgeAnswer('我们会在3月12日前处理完，请放心。').evasive).toBe(false)
  })

  it('may be any text, and a long one costs no more than its length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void judgeAnswer(text)))
    const began = performance.now()
    for (const piece of ['经', '工作人员', '已', '将', '转', '2019年', '《', '请您']) judgeAnswer(piece.repeat(20_000))
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})
