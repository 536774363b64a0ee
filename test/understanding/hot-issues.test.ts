import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { hotIssues } from '#understanding'
import type { IssueCase } from '#understanding'
import { clustersOf } from '../../understanding/hot-issues.ts'
import { tellingPhrases } from '../../understanding/phrases.ts'

const now = new Date('2026-11-23T01:00:00Z')
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

const id = fc.nat(12).map((n) => `c${String(n).padStart(2, '0')}`)
const link = fc.tuple(id, id).filter(([a, b]) => a !== b)

describe('clusters', () => {
  it('are the same whatever the order of the links, and hold each case once', () => {
    fc.assert(
      fc.property(fc.array(link), fc.infiniteStream(fc.nat()), (links, order) => {
        const shuffled = links
          .map(([a, b]) => ({
            link: order.next().value! % 2 === 0 ? ([a, b] as const) : ([b, a] as const),
            at: order.next().value!,
          }))
          .toSorted((x, y) => x.at - y.at)
          .map((each) => each.link)
        const groups = clustersOf(links)
        expect(clustersOf(shuffled)).toEqual(groups)
        const members = groups.flat()
        expect(new Set(members).size).toBe(members.length)
        expect(new Set(members)).toEqual(new Set(links.flat()))
        for (const [a, b] of links) expect(groups.find((group) => group.includes(a))).toContain(b)
      }),
    )
  })

  it('of a long chain are one', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => [`c${at}`, `c${at + 1}`] as const)
    expect(clustersOf(chain)).toHaveLength(1)
  })
})

/** Cases `a0`, `a1` … of one matter, each of somebody else, one every `every` days until today. */
function issue(
  name: string,
  people: number,
  { every = 1, area = () => 'x' }: { every?: number; area?: (at: number) => string } = {},
) {
  const cases = Array.from({ length: people }, (_, at): IssueCase => {
    return { id: `${name}${at}`, resident: `${name}-r${at}`, openedAt: daysAgo(every * at), area: area(at), text: '' }
  })
  return { cases, links: cases.slice(1).map(({ id }, at) => [cases[at]!.id, id] as const) }
}

function ranked(...issues: ReturnType<typeof issue>[]): string[] {
  const cases = new Map(issues.flatMap(({ cases }) => cases.map((each) => [each.id, each])))
  return hotIssues(
    issues.flatMap(({ links }) => links),
    cases,
    now,
  ).map((each) => each.cases[0]![0]!)
}

describe('hot issues', () => {
  it('are those of three people, not of three cases', () => {
    const { cases, links } = issue('a', 3)
    const all = new Map(cases.map((each) => [each.id, each]))
    expect(hotIssues(links, all, now)).toMatchObject([{ people: 3, cases: ['a2', 'a1', 'a0'], areas: ['x'] }])
    all.set('a2', { ...all.get('a2')!, resident: 'a-r1' })
    expect(hotIssues(links, all, now)).toEqual([])
  })

  it('rank by people, by how lately, and by how far around', () => {
    expect(ranked(issue('a', 3), issue('b', 5))).toEqual(['b', 'a'])
    expect(ranked(issue('a', 4, { every: 20 }), issue('b', 4, { every: 1 }))).toEqual(['b', 'a'])
    expect(ranked(issue('a', 4), issue('b', 4, { area: String }))).toEqual(['b', 'a'])
  })

  it('leave out what is not there any more', () => {
    const { cases, links } = issue('a', 4)
    const [, ...left] = cases
    const all = new Map(left.map((each) => [each.id, each]))
    expect(hotIssues(links, all, now)[0]!.cases).not.toContain('a0')
    all.delete('a1')
    expect(hotIssues(links, all, now)).toEqual([])
  })
})

const talk = [
  '翠屏苑门口的搅拌站天天扬尘，孩子咳嗽，电话13912345678，我叫刘长河',
  '搅拌站就在翠屏苑旁边，半夜轰隆隆，靳小川代表管管',
  '翠屏苑边上建搅拌站谁批的，我是王桂芳，家里老人咳嗽',
  '搅拌站灰大，翠屏苑没法住，靳小川代表来看过',
]

describe('a summary', () => {
  const said = talk.map((text, at) => ({ resident: `r${at}`, text, place: '翠屏苑' }))

  it('is made of what most of them say', () => {
    const summary = tellingPhrases(said, ['靳小川'])
    expect(summary).toContain('搅拌站')
    expect(summary).toContain('翠屏苑')
    // Nor half a name.
    expect(summary.join('')).not.toMatch(/靳|小川/)
  })

  it('holds no digit, no title, no name of the rolls, and nothing that one person alone says', () => {
    const word = fc.constantFrom(
      '搅拌站',
      '翠屏苑',
      '刘长河',
      '13912345678',
      '张书记',
      '靳小川',
      '扬尘',
      '半夜',
      '，',
      '灰大',
    )
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(''))
    fc.assert(
      fc.property(
        fc.array(fc.record({ resident: fc.constantFrom('a', 'b', 'c', 'd'), text }), { maxLength: 8 }),
        (said) => {
          for (const phrase of tellingPhrases(said, ['靳小川'])) {
            expect(phrase).not.toMatch(/\d|书记|靳小川|小川/)
            const sayers = new Set(said.filter((each) => each.text.includes(phrase)).map(({ resident }) => resident))
            expect(sayers.size).toBeGreaterThanOrEqual(2)
          }
        },
      ),
    )
  })

  it('says nothing where nothing is said by two', () => {
    expect(tellingPhrases([{ resident: 'a', text: talk[0]! }])).toEqual([])
    expect(
      tellingPhrases([
        { resident: 'a', text: talk[0]! },
        { resident: 'a', text: talk[0]! },
      ]),
    ).toEqual([])
  })
})
