import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCity } from '#config'
import type { City } from '#config'
import type { Reader } from '#understanding'
import { questionsIn, readerFor, talkTo } from './talk.ts'
import type { TalkOptions } from './talk.ts'

const demo = loadCity('baiyin-demo')
const trained = readerFor(demo)
const first = (topic: string | null) => topic?.split('/')[0]

interface Line {
  text: string
  setting: string
}
const heldOut = ['held-out', 'held-out-2']
  .flatMap((file) =>
    readFileSync(new URL(`../../../understanding/corpus/${file}.jsonl`, import.meta.url), 'utf8')
      .trim()
      .split('\n'),
  )
  .map((line) => JSON.parse(line) as Line)
  .filter(({ setting }) => setting === 'private')
  .map(({ text }) => text)

/** A reader that is never sure, or not sure of these. */
const unsure = { ...demo, askBelow: 1 }
/** Two communities of one name in two towns. */
const twice: City = (() => {
  const towns = demo.regions.filter(({ level }) => level === 'town')
  const communities = [towns[0]!, towns.at(-1)!].map(({ code }, index) => ({
    code: `c-same-${index}`, name: '同名社区', aliases: [], parent: code, level: 'community' as const,
  })) // prettier-ignore
  return { ...demo, regions: [...demo.regions, ...communities] }
})()
const readsTwice = readerFor(twice, false)

const guesses = ['城乡建设', '交通运输']
const doubtful = '门口那一段都烂成啥样了，你们倒是来看看'
/** The reader, but for one line of which it can't say which of two it is about. */
const doubting: Reader = {
  read: (text, options) => ({
    ...trained.read(text, options),
    ...(text === '过去看看就知道了' ? { kind: 'appeal', topic: null, topicConfidence: 0 } : {}),
    ...(text.includes(doubtful)
      ? {
          kind: 'appeal',
          topic: guesses[0]!,
          topicConfidence: 0.5,
          secondTopic: { topic: guesses[1]!, confidence: 0.4 },
        }
      : {}),
  }),
}

describe('what a resident is asked', () => {
  it('is one thing at most in one answer, two at most of a case, none in danger; half of the cases need no more than one', () => {
    const perCase: number[] = []
    for (const text of heldOut) {
      const talk = talkTo(demo, trained)
      const opened = talk.say(text)
      if (opened.meaning !== 'opened') continue
      expect(questionsIn(opened)).toBeLessThanOrEqual(1)
      let asked = questionsIn(opened)
      if (talk.case(opened.caseId).urgency === 'emergency') expect(asked).toBe(0)
      // Whatever is asked is answered, as long as anything is.
      for (let more = 0; more < 4; more++) {
        const what = talk.speaker.memory.asked?.what
        if (what === undefined) break
        const said = talk.say(what === 'place' || what === 'town' ? '晨光佳苑' : what === 'matter' ? '路灯坏了' : '1')
        expect(questionsIn(said)).toBeLessThanOrEqual(1)
        asked += questionsIn(said)
      }
      perCase.push(asked)
    }
    perCase.sort((a, b) => a - b)
    const at = (share: number) => perCase[Math.floor((perCase.length - 1) * share)]!
    console.info(
      `questions a case over ${perCase.length} held-out lines: median ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}, mean ${(perCase.reduce((sum, each) => sum + each, 0) / perCase.length).toFixed(2)}`,
    )
    expect(perCase.length).toBeGreaterThan(250)
    expect(at(0.5)).toBeLessThanOrEqual(1)
    expect(at(0.95)).toBeLessThanOrEqual(2)
    expect(at(1)).toBeLessThanOrEqual(2)
  })

  it('stays as little in any conversation, and the case is open whatever they answer', () => {
    const word = fc.constantFrom(
      ...heldOut.slice(0, 60), '1', '2', '都不是', '分开', '一起', '晨光佳苑', '同名社区', '不知道', '谢谢', '找人', '满意',
      '路灯坏了，另外老板拖欠工资半年了',
    ) // prettier-ignore
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.boolean(), (words, canTap) => {
        const talk = talkTo({ ...unsure, regions: twice.regions }, trained, { canTap })
        const asked = new Map<string, number>()
        for (const text of words) {
          const before = talk.speaker.memory.asked
          const said = talk.say(text)
          expect(questionsIn(said)).toBeLessThanOrEqual(1)
          const about = talk.speaker.memory.asked
          if (about !== null && about !== before) asked.set(about.caseId, (asked.get(about.caseId) ?? 0) + 1)
          if (said.meaning === 'opened') expect(said.answer).toContain(talk.case(said.caseId).number)
        }
        for (const count of asked.values()) expect(count).toBeLessThanOrEqual(2)
      }),
      { numRuns: 150 },
    )
  })
})

describe('when it is not sure what a matter is about', () => {
  const open = (options: TalkOptions = {}) => {
    const talk = talkTo(demo, doubting, { scene: 's-st-02', ...options })
    const said = talk.say(doubtful)
    return { talk, said, known: talk.case(said.caseId) }
  }

  it('opens the case, keeps both guesses and shows two plain choices', () => {
    const { said, known } = open()
    expect(known.guesses).toEqual(guesses)
    expect(said.answer).toMatch(/已收到，编号 [^]*这件事更像哪一类？回 1 或 2 就行（不回也照办）\n1 .+\n2 .+/u)
    expect(said.tell).toBeUndefined()
  })

  it('sends them to be tapped where the platform can, and says them once', () => {
    const { said, talk, known } = open({ canTap: true })
    expect(said.answer).not.toContain('更像哪一类')
    expect(said.tell).toEqual([
      {
        contactId: talk.speaker.id,
        template: 'ask-topic',
        text: expect.stringMatching(/点一下就行[^]*\n1 .+\n2 .+/u),
        caseId: known.id,
      },
    ])
  })

  it.each([0, 1])('takes the answer %i for its topic', (index) => {
    const { talk, known } = open()
    const chosen = talk.say(String(index + 1))
    expect(chosen).toMatchObject({ meaning: 'chosen', caseId: known.id })
    const told = talk.case(known.id)
    expect(first(told.topic)).toBe(guesses[index])
    expect(told).not.toHaveProperty('guesses')
    // The digit is an answer, no words for the deputy.
    expect(told.words).toEqual(known.words)
    expect(talk.speaker.memory.asked).toBeNull()
  })

  it('leaves the guesses to staff when it is neither, or nothing is answered', () => {
    const { talk, known } = open()
    expect(talk.say('都不是').answer).toContain('由工作人员来看')
    expect(talk.case(known.id).guesses).toEqual(known.guesses)
    const silent = open()
    silent.talk.say('过去看看就知道了')
    expect(silent.talk.case(silent.known.id).guesses).toEqual(silent.known.guesses)
  })

  it('understands the answer only while it is remembered', () => {
    const { talk, known } = open()
    talk.say('2', 4 * 24 * 60)
    expect(talk.case(known.id).guesses).toEqual(known.guesses)
  })

  it('waits in triage where the guesses lead to different people, and goes to the right one once it is known', () => {
    // One deputy for each guess, at one station.
    const station = demo.stations.find(({ id }) => id === 'st-02')!
    const people = ['a', 'b'].map((name, index) => ({
      id: `bd-9${index}`, name, role: 'deputy' as const, region: station.region, station: station.id,
      organisation: null, topics: [guesses[index]!], leave: [],
    })) // prettier-ignore
    const talk = talkTo({ ...demo, people }, doubting, { scene: 's-st-02' })
    const opened = talk.say(doubtful)
    expect(talk.case(opened.caseId)).toMatchObject({ status: 'triage', deputy: null, guesses })
    expect(opened.effects.flatMap(({ notices }) => notices.map(({ template }) => template))).toContain('staff-triage')
    const chosen = talk.say('2')
    expect(talk.case(opened.caseId)).toMatchObject({ status: 'routed', deputy: 'bd-91' })
    expect(chosen.answer).toContain('由b代表')
  })

  it('asks nothing of a deputy, whose digits mean something else', () => {
    const talk = talkTo(demo, doubting, { personId: 'bd-004' })
    const opened = talk.say(`反映 晨光佳苑${doubtful}`)
    expect(opened.meaning).toBe('opened')
    expect(talk.speaker.memory.asked).toBeNull()
  })

  it('asks nothing where it is sure enough', () => {
    const talk = talkTo({ ...demo, askBelow: 0.5 }, doubting, { scene: 's-st-02' })
    expect(talk.case(talk.say(doubtful).caseId)).not.toHaveProperty('guesses')
    expect(talk.speaker.memory.asked).toBeNull()
  })
})

describe('a name that several places bear', () => {
  it('is asked about once, by two choices, and the answer finds who is responsible', () => {
    const talk = talkTo(twice, readsTwice)
    const opened = talk.say('同名社区路灯坏了')
    expect(opened.answer).toMatch(/“同名社区”有2处，是哪一处？/u)
    expect(questionsIn(opened)).toBe(1)
    expect(talk.case(opened.caseId)).toMatchObject({ place: null, status: 'triage' })
    const chosen = talk.say('第二个')
    expect(talk.case(opened.caseId)).toMatchObject({ place: 'c-same-1', region: 'c-same-1' })
    expect(questionsIn(chosen)).toBe(0)
    expect(talk.speaker.memory.asked).toBeNull()
  })

  it('is understood from the town’s name as well', () => {
    const talk = talkTo(twice, readsTwice)
    const opened = talk.say('同名社区路灯坏了')
    const { parent } = twice.regions.find(({ code }) => code === 'c-same-1')!
    talk.say(twice.regions.find(({ code }) => code === parent)!.name)
    expect(talk.case(opened.caseId).place).toBe('c-same-1')
  })

  it('is not asked about where the scanned station has only one of them around', () => {
    const { parent } = twice.regions.find(({ code }) => code === 'c-same-0')!
    const station = { ...demo.stations[0]!, id: 'st-x', scene: 's-st-x', region: parent! }
    const talk = talkTo({ ...twice, stations: [...twice.stations, station] }, readsTwice, { scene: 's-st-x' })
    const opened = talk.say('同名社区路灯坏了')
    expect(talk.case(opened.caseId).place).toBe('c-same-0')
    expect(questionsIn(opened)).toBe(0)
  })
})

/** Whatever it is taken for, it opens a case. */
const askedAnyway: Reader = { read: (text, options) => ({ ...trained.read(text, options), kind: 'appeal' }) }

describe('nothing recognised', () => {
  it.each(['有个问题', '您好，我想反映一个情况。', '代表你好 我反映个事', '我要说两件事'])(
    'is asked for after “%s”',
    (text) => {
      const said = talkTo(demo, askedAnyway).say(text)
      expect(said.answer).toContain('请再说一句是什么事、在哪里')
      expect(questionsIn(said)).toBe(1)
    },
  )

  it('is asked what it is about, and then at most where it is', () => {
    const talk = talkTo(demo, askedAnyway)
    const opened = talk.say('我要反映个事')
    expect(opened.answer).toContain('请再说一句是什么事、在哪里')
    expect(questionsIn(talk.say('楼下路灯坏了两周'))).toBe(1)
    expect(talk.speaker.memory.asked).toMatchObject({ what: 'place', nth: 2, caseId: opened.caseId })
    expect(questionsIn(talk.say('晨光佳苑'))).toBe(0)
    expect(talk.all()).toHaveLength(1)
  })

  it('is asked nothing while a life is in danger', () => {
    const opened = talkTo(demo, trained).say('着火了快来人')
    expect(opened.answer).toMatch(/^⚠ 人有危险/u)
    expect(questionsIn(opened)).toBe(0)
  })
})

describe('one and two', () => {
  it('judge an answer that came after the question, and choose where the question came after it', () => {
    const talk = talkTo(demo, doubting, { scene: 's-st-02' })
    const opened = talk.say(doubtful)
    const id = opened.caseId!
    const { deputy } = talk.case(id)
    expect(deputy).not.toBeNull()
    const deputySays = talkTo(demo, doubting, { personId: deputy, cases: talk.cases })
    deputySays.say('4 A 灯管已换新', 30)
    expect(talk.case(id).status).toBe('answered')
    expect(talk.say('1', 60).meaning).toBe('evaluation')
    expect(talk.case(id)).toMatchObject({ status: 'closed', judgement: { result: 3 } })
  })
})
