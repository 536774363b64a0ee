import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { route } from '#cases'
import type { Roster, RosterDeputy, RosterStation, RoutingFacts } from '#cases'

/** city › (north › (n1, n2), south › (s1)) */
const parents: Record<string, string | null> = {
  city: null,
  north: 'city',
  south: 'city',
  n1: 'north',
  n2: 'north',
  s1: 'south',
}
const ancestors = (code: string): string[] => {
  const line: string[] = []
  let at = code in parents ? code : null
  while (at !== null) {
    line.push(at)
    at = parents[at] ?? null
  }
  return line
}

const person = (id: string, region: string, more: Partial<RosterDeputy> = {}): RosterDeputy => ({
  id,
  region,
  station: null,
  topics: [],
  onLeave: false,
  load: 0,
  ...more,
})
const roster = (deputies: RosterDeputy[], stations: RosterStation[] = []): Roster => ({ deputies, stations, ancestors })
const facts = (more: Partial<RoutingFacts> = {}): RoutingFacts => ({
  scene: null,
  place: null,
  topic: null,
  accused: [],
  passedBy: [],
  ...more,
})

const lamps = '城乡建设/城市建设和市政管理/城市公共设施'

describe('who gets a case', () => {
  const stations: RosterStation[] = [
    { id: 'st-n1', region: 'n1', topics: [] },
    { id: 'st-park', region: 'n1', topics: ['劳动和社会保障'] },
  ]
  const people = [
    person('a', 'n1', { station: 'st-n1', load: 2, topics: ['城乡建设'] }),
    person('b', 'n1', { station: 'st-n1', load: 1 }),
    person('c', 'n2', { load: 0 }),
    person('d', 'north', { load: 9 }),
    person('e', 's1'),
    person('p', 's1', { station: 'st-park' }),
  ]
  const here = roster(people, stations)

  const lines: [what: string, facts: RoutingFacts, deputy: string | null, reason: string][] = [
    ['the deputy whose code was scanned', facts({ scene: 'd-b' }), 'b', 'scene-deputy'],
    ['that deputy, even when the place is elsewhere', facts({ scene: 'd-b', place: 's1' }), 'b', 'scene-deputy'],
    ['the lighter one of the scanned station', facts({ scene: 's-st-n1' }), 'b', 'scene-station'],
    ['the topic before the load', facts({ scene: 's-st-n1', topic: lamps }), 'a', `topic:${lamps}`],
    ['the place before a scanned station elsewhere', facts({ scene: 's-st-n1', place: 's1' }), 'e', 'place:s1'],
    [
      'the scanned station for a wider place around it',
      facts({ scene: 's-st-n1', place: 'north' }),
      'b',
      'scene-station',
    ],
    ['the place itself', facts({ place: 'n2' }), 'c', 'place:n2'],
    ['the nearest region, though more is held there', facts({ place: 'north' }), 'd', 'place:north'],
    ['the region around, when nobody is nearer', facts({ place: 'n2', passedBy: ['c'] }), 'd', 'place:north'],
    ['any part of the place, when nobody is around it', facts({ place: 'south' }), 'e', 'within:south'],
    [
      'a thematic station, for its topic',
      facts({ place: 'n1', topic: '劳动和社会保障/工资', passedBy: ['a', 'b'] }),
      'p',
      'place:n1',
    ],
    [
      'not a thematic station, for another topic',
      facts({ place: 'n1', topic: lamps, passedBy: ['a', 'b'] }),
      'd',
      'place:north',
    ],
    ['not a thematic station, for an unknown topic', facts({ place: 'n1', passedBy: ['a', 'b'] }), 'd', 'place:north'],
    [
      'another of the station of a deputy who let it go',
      facts({ scene: 'd-b', passedBy: ['b'] }),
      'a',
      'scene-station',
    ],
    ['staff, when a deputy is complained of', facts({ scene: 'd-b', accused: ['e'] }), null, 'accused:staff-decide'],
    ['staff, when nothing is known', facts(), null, 'place-unknown'],
    ['staff, for an unknown place', facts({ place: 'atlantis' }), null, 'nobody-free'],
    ['staff, for a code nobody has', facts({ scene: 'd-nobody' }), null, 'nobody-free'],
    ['staff, when all let it go', facts({ place: 'n1', passedBy: people.map(({ id }) => id) }), null, 'nobody-free'],
  ]
  it.each(lines)('%s', (_, given, deputy, reason) => {
    const routing = route(given, here)
    expect(routing.deputy).toBe(deputy)
    expect(routing.reasons).toContain(reason)
    expect(routing.station).toBe(people.find(({ id }) => id === deputy)?.station ?? null)
  })

  it('passes over who is on leave, and says so', () => {
    const away = roster([person('a', 'n1', { onLeave: true }), person('b', 'north')])
    expect(route(facts({ place: 'n1' }), away)).toMatchObject({ deputy: 'b', reasons: ['leave:a', 'place:north'] })
  })

  it('prefers who follows the topic more closely', () => {
    const both = roster([
      person('wide', 'n1', { topics: ['城乡建设'] }),
      person('close', 'n1', { topics: [lamps], load: 5 }),
    ])
    expect(route(facts({ place: 'n1', topic: lamps }), both).deputy).toBe('close')
    expect(route(facts({ place: 'n1', topic: '城乡建设' }), both).deputy).toBe('wide')
  })

  it('does not take one topic for another that begins alike', () => {
    const two = roster([person('x', 'n1', { topics: ['城乡'], load: 1 }), person('y', 'n1')])
    expect(route(facts({ place: 'n1', topic: '城乡建设' }), two).deputy).toBe('y')
  })

  it('spreads a hundred cases evenly', () => {
    const equal = ['a', 'b', 'c', 'd'].map((id) => person(id, 'n1'))
    for (let count = 0; count < 100; count++) {
      const { deputy } = route(facts({ place: 'n1' }), roster(equal))
      equal.find(({ id }) => id === deputy)!.load += 1
    }
    expect(equal.map(({ load }) => load)).toEqual([25, 25, 25, 25])
  })
})

describe('any routing', () => {
  const region = fc.constantFrom(...Object.keys(parents))
  const topic = fc.constantFrom('城乡建设', lamps, '民政', '劳动和社会保障/工资')
  const stations = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('st1', 'st2', 'st3'),
      region,
      topics: fc.oneof(fc.constant<string[]>([]), fc.uniqueArray(topic, { minLength: 1, maxLength: 2 })),
    }),
    { selector: ({ id }) => id },
  )
  const people = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      region,
      station: fc.option(fc.constantFrom('st1', 'st2', 'st3')),
      topics: fc.uniqueArray(topic, { maxLength: 2 }),
      onLeave: fc.boolean(),
      load: fc.nat(5),
    }),
    { selector: ({ id }) => id },
  )
  const given = fc.record({
    scene: fc.option(fc.constantFrom('d-a', 'd-b', 's-st1', 's-st2', 's-none', 'x')),
    place: fc.option(region),
    topic: fc.option(topic),
    accused: fc.oneof(
      { weight: 5, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.constant(['a']) },
    ),
    passedBy: fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd'), { maxLength: 3 }),
  })
  const runs = { numRuns: 3000 }

  it('is never to who is away, complained of, or let it go; and says why', () => {
    fc.assert(
      fc.property(given, people, stations, (facts, deputies, stations) => {
        const { deputy, station, reasons } = route(facts, roster(deputies, stations))
        expect(reasons.length).toBeGreaterThan(0)
        if (facts.accused.length > 0) expect(deputy).toBeNull()
        if (deputy === null) {
          expect(station).toBeNull()
          return
        }
        const chosen = deputies.find(({ id }) => id === deputy)!
        expect(chosen.onLeave).toBe(false)
        expect(facts.passedBy).not.toContain(deputy)
        expect(facts.accused).not.toContain(deputy)
        expect(station).toBe(chosen.station)
      }),
      runs,
    )
  })

  it('does not depend on the order of the rolls', () => {
    fc.assert(
      fc.property(given, people, stations, (facts, deputies, stations) => {
        const forth = route(facts, roster(deputies, stations))
        const back = route(facts, roster([...deputies].reverse(), [...stations].reverse()))
        expect(back.deputy).toBe(forth.deputy)
      }),
      runs,
    )
  })

  it('finds somebody wherever anybody of the named region is free', () => {
    fc.assert(
      fc.property(given, people, stations, (facts, deputies, stations) => {
        fc.pre(facts.accused.length === 0 && facts.place !== null)
        const free = deputies.filter(({ id, onLeave }) => !onLeave && !facts.passedBy.includes(id))
        const near = free.filter(
          ({ region }) => ancestors(region).includes(facts.place!) || ancestors(facts.place!).includes(region),
        )
        if (near.length > 0) expect(route(facts, roster(deputies, stations)).deputy).not.toBeNull()
      }),
      runs,
    )
  })

  it('never passes over a nearer deputy: without a code, nobody free lives between', () => {
    fc.assert(
      fc.property(given, people, (facts, deputies) => {
        fc.pre(facts.accused.length === 0 && facts.place !== null)
        const { deputy } = route({ ...facts, scene: null }, roster(deputies))
        if (deputy === null) return
        const outwards = ancestors(facts.place)
        const distance = ({ region }: RosterDeputy) =>
          outwards.includes(region) ? outwards.indexOf(region) : outwards.length
        const chosen = deputies.find(({ id }) => id === deputy)!
        const free = deputies.filter(({ id, onLeave }) => !onLeave && !facts.passedBy.includes(id))
        for (const other of free) expect(distance(chosen)).toBeLessThanOrEqual(distance(other))
      }),
      runs,
    )
  })
})
