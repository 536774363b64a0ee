import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import { readDeputyWord } from '../../../bot/dialogue/deputy-words.ts'
import { readerFor, talkTo } from './talk.ts'

const city = loadCity('baiyin-demo')
const reader = readerFor(city, false)

/** A case in a deputy's hands. */
function held() {
  const resident = talkTo(city, reader, { scene: 's-st-02' })
  const id = resident.say('晨光佳苑3号楼路灯坏了两周没人修').caseId!
  const deputy = talkTo(city, reader, { personId: resident.case(id).deputy, cases: resident.cases })
  const templates = ({ effects }: ReturnType<typeof deputy.say>) =>
    effects.flatMap(({ notices }) => notices.map(({ template }) => template))
  return { id, resident, deputy, templates, number: resident.case(id).number }
}

describe('an answer that says nothing', () => {
  it('is not passed on: its deputy is asked what was done, when, by whom', () => {
    const { id, resident, deputy, templates, number } = held()
    const asked = deputy.say('4 C 已转有关部门，请耐心等待')
    expect(asked).toMatchObject({ meaning: 'asked-back', caseId: id })
    expect(asked.answer).toContain(`编号 ${number} 的答复先没有发出`)
    expect(asked.answer).toContain('照发')
    expect(asked.answer).toContain('11月23日 11:01')
    expect(templates(asked)).toEqual(['resident-accepted'])
    expect(resident.case(id)).toMatchObject({
      status: 'accepted',
      held: { outcome: 'C', tail: '已转有关部门，请耐心等待'.length },
    })
  })

  it('gives way to a better one, and to any second one', () => {
    for (const second of ['4 A 灯管下午换了', '4 A 正在研究']) {
      const { id, resident, deputy, templates } = held()
      deputy.say('4 A 已转有关部门')
      const answered = deputy.say(second)
      expect(answered.meaning).toBe('answered')
      expect(templates(answered)).toEqual(['resident-answered'])
      expect(answered.relayed).toBe(second.slice(4))
      expect(resident.case(id)).not.toHaveProperty('held')
    }
  })

  it.each(['照发', '照发。', '原样发送', '就这么发吧'])('goes out as it is by “%s”', (word) => {
    const { id, resident, deputy } = held()
    deputy.say('4 A 正在研究')
    const released = deputy.say(word)
    expect(released).toMatchObject({ meaning: 'released', caseId: id })
    expect(resident.case(id).due).toMatchObject({ action: 'complete' })
    expect(Date.parse(resident.case(id).due!.at)).toBeLessThanOrEqual(Date.parse('2026-11-23T01:03:00Z'))
  })

  it('is not held where there is nothing to hold', () => {
    expect(held().deputy.say('照发').meaning).toBe('nothing-in-hand')
  })

  it.each(['4 A 路灯已换新', '4 A 换好了', '4 C 不归镇上管，是供电公司的', '4 B 12月20日前换整根灯杆'])(
    '“%s” says something, and goes out at once',
    (words) => expect(held().deputy.say(words).meaning).toBe('answered'),
  )

  it('is cut out of its message as it was written, full-width forms and all', () => {
    const { id, resident, deputy } = held()
    deputy.say('４　Ａ　已转有关部门（请等待）')
    expect(resident.case(id).held).toMatchObject({ tail: '已转有关部门（请等待）'.length })
  })
})

describe('照发', () => {
  it('may name its case', () => {
    expect(readDeputyWord('照发 1042-9')).toEqual({ do: 'release', number: '1042-9' })
    expect(readDeputyWord('1042-9 照发')).toEqual({ do: 'release', number: '1042-9' })
    expect(readDeputyWord('照发不误的那种')).toBeNull()
  })
})
