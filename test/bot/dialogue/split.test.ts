import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import { questionsIn, readerFor, talkTo } from './talk.ts'

const city = loadCity('baiyin-demo')
const reader = readerFor(city)
const two = '晨光佳苑楼下路灯坏了两周没人修。另外老板拖欠工资半年了'
const three = '①小区电梯天天坏；②幼儿园乱收伙食费；③化工厂偷排污水'
const first = (topic: string | null) => topic?.split('/')[0]

describe('a message that holds several matters', () => {
  it('opens one case for all of it at once, and offers to take them apart', () => {
    const talk = talkTo(city, reader)
    const opened = talk.say(two)
    expect(opened.meaning).toBe('opened')
    expect(talk.all()).toHaveLength(1)
    expect(opened.answer).toMatch(
      /您说了 2 件事，要分开办吗？[^]*· 晨光佳苑楼下路灯坏了两周没人修\n· 老板拖欠工资半年了\n1 分开办\n2 一起办/u,
    )
    expect(questionsIn(opened)).toBe(1)
  })

  it.each(['分开', '1', '分开办', '分别办理'])(
    'is taken apart by “%s”: each matter its own case, words and deputy',
    (word) => {
      const talk = talkTo(city, reader)
      const { caseId } = talk.say(two)
      const split = talk.say(word)
      expect(split).toMatchObject({ meaning: 'split', caseId })
      const [other, whole] = talk.all().sort((a) => (a.case.id === caseId ? 1 : -1))
      expect(talk.all()).toHaveLength(2)
      expect(first(whole!.case.topic)).toBe('城乡建设')
      expect(first(other!.case.topic)).toBe('劳动和社会保障')
      // The whole message stays with the first; the other has its own words, as a message of its own.
      expect(whole!.firstText).toBe(two)
      expect(other!.firstText).toBe('另外老板拖欠工资半年了')
      expect(split.parts).toEqual([
        expect.objectContaining({
          caseId: other!.case.id,
          text: other!.firstText,
          extra: { of: whole!.case.words[0] },
        }),
      ])
      expect(other!.case.words).toEqual([split.parts![0]!.id])
      // Nothing else was said of where.
      expect(other!.case.place).toBe('e-001')
      expect(split.answer).toContain(`编号 ${whole!.case.number}：晨光佳苑楼下路灯坏了`)
      expect(split.answer).toContain(`编号 ${other!.case.number}：老板拖欠工资半年了`)
      const told = split.effects.flatMap(({ after, notices }) => notices.map(({ template }) => [after.id, template]))
      expect(told).toContainEqual([other!.case.id, other!.case.deputy === null ? 'staff-triage' : 'deputy-new-case'])
      const opening = split.effects[0]!.events[0]!.event
      expect(opening).toMatchObject({ reasons: expect.arrayContaining([`split-from:${whole!.case.number}`]) })
    },
  )

  it('of three leaves three cases, and none of them asks again', () => {
    const talk = talkTo(city, reader)
    talk.say(three)
    const split = talk.say('分开')
    expect(talk.all()).toHaveLength(3)
    expect(split.parts).toHaveLength(2)
    expect(questionsIn(split)).toBe(0)
    expect(talk.speaker.memory.asked).toBeNull()
    expect(new Set(talk.all().map(({ case: { topic } }) => first(topic))).size).toBe(3)
  })

  it.each(['2', '一起', '不用分', '谢谢', '晚上黑得很'])('stays one where “%s” is said', (word) => {
    const talk = talkTo(city, reader)
    talk.say(two)
    expect(talk.say(word).parts).toBeUndefined()
    expect(talk.all()).toHaveLength(1)
  })

  it('is taken apart once', () => {
    const talk = talkTo(city, reader)
    talk.say(two)
    talk.say('分开')
    talk.say('分开')
    talk.say('1')
    expect(talk.all()).toHaveLength(2)
  })

  it('stays anonymous in all its parts', () => {
    const talk = talkTo(city, reader)
    talk.say(two)
    talk.say('匿名')
    talk.say('分开')
    expect(talk.all().map(({ case: { anonymous } }) => anonymous)).toEqual([true, true])
    expect(talk.speaker.memory.anonymousNext).toBe(false)
  })

  it('is never offered to be taken apart in danger, or with a complaint about a deputy in it', () => {
    const name = city.people.find(({ role }) => role === 'deputy')!.name
    for (const text of ['楼下着火了快来人！另外老板拖欠工资半年了', `路灯坏了没人修，另外${name}代表从来不接电话`]) {
      const opened = talkTo(city, reader).say(text)
      expect(opened.answer).not.toContain('要分开办吗')
    }
  })

  it('is seldom seen where there is one: no question about it in nine of ten lines that hold one', () => {
    const lines = readFileSync(new URL('../../../understanding/corpus/held-out.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text)
    const offered = lines.filter((text) => talkTo(city, reader).say(text).answer?.includes('要分开办吗'))
    console.info(`offered to take apart: ${offered.length} of ${lines.length} held-out lines`)
    expect(offered.length / lines.length).toBeLessThan(0.1)
  })
})
