import { describe, expect, it } from 'vitest'
import type { Case } from '#cases'
import type { Directory } from '#config'
import type { Reading } from '#understanding'
import { caseToJoin, isLetter } from '../../../bot/dialogue/join.ts'
import type { Said } from '../../../bot/dialogue/join.ts'
import { freshMemory } from '../../../bot/dialogue/memory.ts'
import type { Memory } from '../../../bot/dialogue/memory.ts'
import type { Entry } from '../../../bot/working-set.ts'

const now = new Date('2026-11-24T02:00:00.000Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString()
const joinMinutes = 30

const lines: Record<string, string[]> = { estate: ['estate', 'street'], street: ['street'], village: ['village'] }
const directory = { ancestors: (code: string) => lines[code] ?? [] } as unknown as Directory

const lampsTopic = '城乡建设/城市建设和市政管理/城市公共设施'
const lamps = '楼下路灯坏了两周没人修'

function entry(id: string, known: Partial<Case> = {}, more: Partial<Entry> = {}): Entry {
  const state: Partial<Case> = {
    id,
    status: 'routed',
    scene: null,
    topic: lampsTopic,
    place: null,
    accused: [],
    urgency: 'routine',
    ...known,
  }
  return {
    case: state as Case,
    headHash: '',
    lastSaidAt: minutesAgo(5),
    firstText: lamps,
    answerText: null,
    placeText: null,
    ...more,
  }
}

const reading = (more: Partial<Reading> = {}): Reading => ({
  kind: 'appeal',
  topic: null,
  topicConfidence: 0.9,
  place: null,
  urgency: 'routine',
  danger: null,
  accused: [],
  reasons: [],
  ...more,
})
const said = (text: string, more: Partial<Reading> = {}, at = now): Said => ({
  text,
  spoken: true,
  reading: reading(more),
  saidAt: at,
})
const picture: Said = { text: '[图片]', spoken: false, reading: null, saidAt: now }
const letter = (text: string) => text + '，请有关部门尽快核实处理，给我们一个说法'.repeat(4)

const join = (what: Said, cases: Entry[], memory: Partial<Memory> = {}) =>
  caseToJoin(what, cases, { ...freshMemory, ...memory }, joinMinutes, directory)?.case.id ?? null

describe('a further word', () => {
  it('joins the case of a moment ago', () => {
    expect(join(said('晚上黑得很'), [entry('a')])).toBe('a')
    expect(join(said('晚上黑得很'), [])).toBeNull()
  })

  it('joins the case that was spoken of last, not the one opened last', () => {
    const newer = entry('newer', {}, { lastSaidAt: minutesAgo(20), firstText: '垃圾没人收' })
    const older = entry('older', {}, { lastSaidAt: minutesAgo(2) })
    expect(join(said('晚上黑得很'), [newer, older])).toBe('older')
  })

  it('is a matter of its own when the last word was long ago', () => {
    expect(join(said('晚上黑得很'), [entry('a', {}, { lastSaidAt: minutesAgo(joinMinutes) })])).toBe('a')
    expect(join(said('晚上黑得很'), [entry('a', {}, { lastSaidAt: minutesAgo(joinMinutes + 1) })])).toBeNull()
  })

  it('is dated by when it was said, not by when it came', () => {
    const late = said('晚上黑得很', {}, new Date(minutesAgo(300)))
    expect(join(late, [entry('a', {}, { lastSaidAt: minutesAgo(310) })])).toBe('a')
  })

  it.each(['closed', 'withdrawn'] as const)('never joins a case that is %s', (status) => {
    expect(join(said('晚上黑得很'), [entry('a', { status })])).toBeNull()
    expect(join(said(lamps), [entry('a', { status })])).toBeNull()
    expect(join(picture, [entry('a', { status })])).toBeNull()
  })

  it('of another topic is a matter of its own; of another level of the same, it joins', () => {
    expect(join(said('工资也没发', { topic: '劳动和社会保障/工资' }), [entry('a')])).toBeNull()
    expect(join(said('井盖也丢了', { topic: '城乡建设/其他' }), [entry('a')])).toBe('a')
    expect(join(said('工资没发', { topic: '劳动和社会保障' }), [entry('a', { topic: null })])).toBe('a')
  })

  it('of another place is a matter of its own; of a place within or around, it joins', () => {
    const at = (code: string) => ({ place: { text: code, code }, topic: lampsTopic })
    const here = entry('a', { place: 'street' })
    expect(join(said('也坏了', at('village')), [here])).toBeNull()
    expect(join(said('就在这里', at('estate')), [here])).toBe('a')
    expect(join(said('也坏了', at('street')), [entry('a', { place: 'estate' })])).toBe('a')
    expect(join(said('在村里', { place: at('village').place }), [here])).toBe('a')
  })

  it('of another topic that was only guessed, joins all the same', () => {
    const guess = { topic: '政法/交通管理', topicConfidence: 0.3 }
    expect(join(said('补充一下，就在大门左边', guess), [entry('a')])).toBe('a')
    expect(
      join(said('门口的车乱停', { ...guess, topicConfidence: 0.9 }), [entry('a', { topic: lampsTopic })]),
    ).toBeNull()
  })

  it('after another code was scanned is a matter of its own', () => {
    expect(join(said('晚上黑得很'), [entry('a', { scene: 's-1' })], { scene: 's-1' })).toBe('a')
    expect(join(said('晚上黑得很'), [entry('a', { scene: 's-1' })], { scene: 's-2' })).toBeNull()
    expect(join(said('晚上黑得很'), [entry('a', { scene: null })], { scene: 's-2' })).toBeNull()
  })
})

describe('the same thing said again', () => {
  it('joins what was said before, however long ago and wherever it was scanned', () => {
    const old = entry('a', { scene: 's-1' }, { lastSaidAt: minutesAgo(60 * 24 * 20) })
    expect(join(said(lamps), [old], { scene: 's-2' })).toBe('a')
    expect(join(said('楼下路灯坏了两周了没人修'), [old])).toBe('a')
    expect(join(said('村口的水渠塌了'), [old])).toBeNull()
  })

  it('joins that case, not a later one of something else', () => {
    const latest = entry('latest', {}, { firstText: '垃圾没人收', lastSaidAt: minutesAgo(1) })
    expect(join(said(lamps), [latest, entry('a', {}, { lastSaidAt: minutesAgo(5000) })])).toBe('a')
  })
})

describe('a letter', () => {
  const first = letter('我们小区的供暖管道去年改造以后一直漏水')
  const other =
    '村西头的自来水泵站停用三个月，全村一百多口人靠拉水过日子，老人娃娃都遭罪，反映几次没人管，盼着早点修好通水，大家都等着呢，实在熬不住了'

  it('is long enough to be one', () => {
    expect(isLetter(first)).toBe(true)
    expect(isLetter(other)).toBe(true)
  })

  it('is a matter of its own beside another letter or a picture, even at once', () => {
    expect(join(said(other), [entry('a', {}, { firstText: first })])).toBeNull()
    expect(join(said(other), [entry('a', {}, { firstText: null })])).toBeNull()
  })

  it('joins short words just before it, which announced it', () => {
    expect(join(said(other), [entry('a', { topic: null }, { firstText: '你好，我要反映个事' })])).toBe('a')
  })

  it('sent again joins the first', () => {
    expect(join(said(first), [entry('a', {}, { firstText: first, lastSaidAt: minutesAgo(9000) })])).toBe('a')
  })

  it('does not answer a question', () => {
    const asked = { what: 'place', caseId: 'a', at: minutesAgo(1) } as const
    expect(join(said(other), [entry('a', {}, { firstText: first })], { asked })).toBeNull()
  })
})

describe('the answer to what we asked', () => {
  const asked = { what: 'place', caseId: 'a', at: minutesAgo(600) } as const
  const old = entry('a', { topic: null, scene: 's-1' }, { lastSaidAt: minutesAgo(600) })

  it('joins the case it was asked of, however late', () => {
    expect(join(said('东街社区'), [old], { asked })).toBe('a')
    expect(join(said('东街社区'), [old], {})).toBeNull()
  })

  it('joins that one, though another was spoken of since', () => {
    expect(join(said('东街社区'), [entry('b', {}, { firstText: '垃圾没人收' }), old], { asked })).toBe('a')
  })

  it('is none when it speaks of another matter', () => {
    const known = entry('a', { scene: 's-1' }, { lastSaidAt: minutesAgo(600) })
    expect(join(said('工资没发', { topic: '劳动和社会保障' }), [known], { asked })).toBeNull()
  })

  it('is none when that case is over', () => {
    expect(join(said('东街社区'), [entry('a', { status: 'closed' })], { asked })).toBeNull()
  })
})

describe('a complaint about a deputy', () => {
  it('never joins a case that others see', () => {
    const accused = { accused: ['d1'] }
    expect(join(said('代表不管', accused), [entry('a')])).toBeNull()
    expect(join(said(lamps, accused), [entry('a')])).toBeNull()
    const asked = { what: 'place', caseId: 'a', at: minutesAgo(1) } as const
    expect(join(said('代表不管', accused), [entry('a')], { asked })).toBeNull()
    expect(join(said('代表不管', { accused: ['d1', 'd2'] }), [entry('a', accused)])).toBeNull()
  })

  it('joins the complaint about the same one', () => {
    expect(join(said('还是不管', { accused: ['d1'] }), [entry('a', { accused: ['d1'] })])).toBe('a')
  })
})

describe('a danger to life', () => {
  it('never waits inside a case that is less', () => {
    const danger = { urgency: 'emergency' } as const
    expect(join(said('着火了', danger), [entry('a')])).toBeNull()
    expect(join(said('着火了', danger), [entry('a', { urgency: 'urgent' })])).toBeNull()
    expect(join(said('火更大了', danger), [entry('a', { urgency: 'emergency' })])).toBe('a')
  })
})

describe('a picture', () => {
  it('joins the case spoken of last within a day, whatever was scanned', () => {
    expect(join(picture, [entry('a', {}, { lastSaidAt: minutesAgo(24 * 60) })], { scene: 's-2' })).toBe('a')
    expect(join(picture, [entry('a', {}, { lastSaidAt: minutesAgo(24 * 60 + 1) })])).toBeNull()
  })

  it('joins even an emergency or a complaint: it says nothing new of either', () => {
    expect(join(picture, [entry('a', { urgency: 'emergency', accused: ['d1'] })])).toBe('a')
  })
})
