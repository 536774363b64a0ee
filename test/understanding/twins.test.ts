import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { TwinIndex } from '#understanding'
import type { TwinCase } from '#understanding'

const openedAt = new Date('2026-11-23T01:00:00Z')

/** A case of a town; by its words alone, unless more is given. */
function said(text: string, more: Partial<TwinCase> = {}): TwinCase {
  return { text, area: 'town', openedAt, ...more }
}

const happiness = { places: ['e-1', 'c-1'], placeText: '幸福小区', near: 'c-1' }
const cases: [string, TwinCase][] = [
  ['1', said('幸福小区三号楼门口的路灯坏了半个月没人修', happiness)],
  ['2', said('北关村机井坏了，麦子浇不上水')],
  ['3', said('一中门口没有斑马线，孩子过马路危险')],
  ['4', said('幸福小区物业收费不公开', happiness)],
]

function filled(): TwinIndex {
  const index = new TwinIndex()
  for (const [id, source] of cases) index.add(id, source)
  return index
}

const idsOf = (twins: { id: string }[]): string[] => twins.map(({ id }) => id)

describe('twins among open cases', () => {
  it('are found when told in quite other words, with what both have in common', () => {
    const [twin, ...others] = filled().find(said('我们3号楼底下黑灯瞎火的，幸福小区，晚上不敢出门', happiness))
    expect(twin).toMatchObject({ id: '1', reason: { place: 'same', matters: ['路灯'] } })
    expect(others).toEqual([])
  })

  it('show the words they share, whole and without digits', () => {
    const index = new TwinIndex()
    index.add('1', said('顺达驾校13912345678收了学费不给安排考试'))
    const [twin] = index.find(said('顺达驾校13912345678学费交了一年约不上考试'))
    expect(twin!.reason.words).toContain('顺达')
    expect(twin!.reason.words.join('')).not.toMatch(/\d/)
  })

  it.each([
    ['only the place is the same', said('幸福小区电梯停了三天', happiness)],
    [
      'only the trouble is the same',
      said('安康小区三号楼门口的路灯坏了半个月没人修', { places: ['e-2', 'c-2'], placeText: '安康小区', near: 'c-2' }),
    ],
    ['it is another house', said('幸福小区七号楼的路灯坏了', happiness)],
    ['it is another area', { ...cases[0]![1], area: 'elsewhere' }],
    ['there is nothing in it', said('')],
  ])('are none where %s', (_, source) => {
    expect(filled().find(source)).toEqual([])
  })

  it('of one community count for less than of one place, and more than of none', () => {
    const lamp = '楼下的路灯坏了'
    const likeness = (more: Partial<TwinCase>, ask: Partial<TwinCase>) => {
      const index = new TwinIndex()
      index.add('1', said('楼门口黑咕隆咚，路灯不亮', more))
      return index.find(said(lamp, ask), { least: 0 })[0]?.likeness ?? 0
    }
    const none = likeness({}, {})
    const near = likeness({ near: 'c-1' }, { near: 'c-1' })
    const same = likeness(happiness, happiness)
    expect(near).toBeGreaterThan(none)
    expect(same).toBeGreaterThan(near)
    expect(likeness({ near: 'c-1' }, { near: 'c-2' })).toBe(none)
  })

  it('are less likely the longer they lie apart', () => {
    const index = filled()
    const text = '幸福小区三号楼门口的路灯坏了'
    const likeness = (days: number) =>
      index.find(said(text, { ...happiness, openedAt: new Date(openedAt.getTime() + days * 86_400_000) }), {
        least: 0,
      })[0]!.likeness
    expect(likeness(300)).toBeLessThan(likeness(1))
  })

  it('are not the case itself, nor one that was taken out', () => {
    const index = filled()
    expect(idsOf(index.find(cases[1]![1]))).toEqual(['2'])
    expect(index.find(cases[1]![1], {}, '2')).toEqual([])
    index.remove('2')
    index.remove('2')
    expect(index.find(cases[1]![1])).toEqual([])
    expect(index.size).toBe(3)
    expect(index.has('2')).toBe(false)
  })
})

const word = fc.constantFrom(
  '路灯',
  '水管',
  '坏了',
  '漏水',
  '三天',
  '没人',
  '北关',
  '学校',
  '门口',
  '垃圾',
  '翠屏苑',
  '育才路',
  '3号楼',
)
const text = fc.array(word, { minLength: 2, maxLength: 8 }).map((words) => words.join(''))
const area = fc.constantFrom('x', 'y')

describe('the index', () => {
  it('answers by what is in it, not by how it came to be so', () => {
    const step = fc.record({ id: fc.nat(8).map(String), text, area, remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), text, area, (steps, asked, where) => {
        const wandering = new TwinIndex()
        const left = new Map<string, TwinCase>()
        for (const { id, text, area, remove } of steps) {
          left.delete(id)
          if (remove) wandering.remove(id)
          else {
            wandering.add(id, said(text, { area }))
            left.set(id, said(text, { area }))
          }
        }
        const straight = new TwinIndex()
        for (const [id, source] of left) straight.add(id, source)
        const query = said(asked, { area: where })
        expect(wandering.size).toBe(left.size)
        expect(wandering.find(query, { limit: 50, least: 0 })).toEqual(straight.find(query, { limit: 50, least: 0 }))
      }),
    )
  })

  it('stays right when most of many cases are gone', () => {
    const index = new TwinIndex()
    for (let at = 0; at < 5_000; at++)
      index.add(`c${at}`, said(`翠屏苑${at % 50}栋的水管漏水，${'墙边屋角'.repeat(20)}`))
    index.add('kept', cases[0]![1])
    for (let at = 0; at < 4_990; at++) index.remove(`c${at}`)
    expect(index.size).toBe(11)
    expect(idsOf(index.find(said('幸福小区三号楼的路灯不亮', happiness)))).toEqual(['kept'])
    const found = idsOf(index.find(said('翠屏苑49栋水管漏水'), { limit: 50, least: 0 }))
    expect(found.every((id) => Number(id.slice(1)) >= 4_990)).toBe(true)
    expect(found).toContain('c4999')
  })

  it('gives a likeness of 0..1 to any text, and nothing twice', () => {
    const any = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), any, (texts, asked) => {
        const index = new TwinIndex()
        for (const [at, each] of texts.entries()) index.add(String(at), said(each))
        const found = index.find(said(asked), { limit: 100, least: 0 })
        for (const { likeness } of found) expect(likeness >= 0 && likeness <= 1).toBe(true)
        expect(new Set(idsOf(found)).size).toBe(found.length)
        expect(found.map(({ likeness }) => likeness)).toEqual(
          found.map(({ likeness }) => likeness).toSorted((a, b) => b - a),
        )
      }),
    )
  })
})
