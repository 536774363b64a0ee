import { describe, expect, it } from 'vitest'
import { act } from '#cases'
import type { Actor, Case, CaseEvent, Command, Held, Refusal } from '#cases'
import { caseId, day, opening, rules, start, to, words } from './play.ts'

const resident: Actor = { party: 'resident', id: 'r1' }
const stranger: Actor = { party: 'resident', id: 'r2' }
const staff: Actor = { party: 'staff', id: 's1' }
const system: Actor = { party: 'system' }
const deputy = (id: string): Actor => ({ party: 'deputy', id })
const at = (days: number) => new Date(start.getTime() + days * day)

type Move = [command: Command, actor: Actor, days?: number]
const accept: Command = { type: 'accept' }
const answer = (outcome: 'A' | 'B' | 'C' | 'D', keepBy: Date | null = null): Command => ({
  type: 'answer',
  outcome,
  words: words('answer'),
  keepBy,
})
const evaluate = (result: 1 | 2 | 3): Command => ({ type: 'evaluate', attitude: 3, result })
const decline = (next: string | null): Command => ({ type: 'decline', words: words('no'), routing: to(next) })
const progress: Command = { type: 'progress', words: words('progress') }
const supplement: Command = { type: 'supplement', words: words('more') }
const assign = (next: string | null): Command => ({ type: 'assign', routing: to(next), cause: 'staff' })
const fall = (next: string | null = null): Command => ({ type: 'fall-due', routing: to(next) })
const accuse = (...accused: string[]): Command => ({ type: 'classify', accused, routing: null })

const opened: Move = [opening(), resident]
const accepted: Move[] = [opened, [accept, deputy('d1')]]
const answered: Move[] = [...accepted, [answer('A'), deputy('d1')]]
const promised: Move[] = [...accepted, [answer('B', at(60)), deputy('d1')], [fall(), system, 7]]

function tryOut(moves: Move[]): { held: Held; events: CaseEvent[] } | { refusal: Refusal } {
  let held: Held | null = null
  let events: CaseEvent[] = []
  for (const [index, [command, actor, days = 0]] of moves.entries()) {
    const done = act(caseId, held, command, { actor, now: at(days) }, rules)
    if (!done.ok) {
      if (index < moves.length - 1) throw new Error(`step ${index} was refused already: ${done.refusal}`)
      return { refusal: done.refusal }
    }
    held = done.after
    events = done.events.map(({ event }) => event)
  }
  return { held: held!, events }
}

const refusalOf = (...moves: Move[]) => {
  const tried = tryOut(moves)
  return 'refusal' in tried ? tried.refusal : null
}
const after = (...moves: Move[]): Case => {
  const tried = tryOut(moves)
  if ('refusal' in tried) throw new Error(tried.refusal)
  return tried.held.case
}
const lastEvents = (...moves: Move[]): CaseEvent[] => {
  const tried = tryOut(moves)
  if ('refusal' in tried) throw new Error(tried.refusal)
  return tried.events
}

describe('what is refused', () => {
  const lines: [what: string, refusal: Refusal, moves: Move[]][] = [
    ['a second opening', 'already-open', [opened, [opening(), resident]]],
    ['an opening by a deputy', 'not-yours', [[opening(), deputy('d1')]]],
    ['an opening by staff', 'not-yours', [[opening(), staff]]],
    ['anything before the opening', 'unknown-case', [[accept, deputy('d1')]]],
    ['words of somebody else', 'not-yours', [opened, [supplement, stranger]]],
    ['words to a closed case', 'not-open', [...answered, [evaluate(3), resident], [supplement, resident]]],
    ['learning nothing', 'nothing-to-change', [opened, [{ type: 'classify', routing: null }, resident]]],
    ['learning from a stranger', 'not-yours', [opened, [{ type: 'classify', topic: '民政', routing: null }, stranger]]],
    ['learning from a deputy', 'not-yours', [opened, [accuse('d2'), deputy('d1')]]],
    ['learning of a case withdrawn', 'not-open', [opened, [{ type: 'withdraw' }, resident], [accuse('d1'), resident]]],
    ['accepting what another holds', 'not-yours', [opened, [accept, deputy('d2')]]],
    ['accepting twice', 'already-accepted', [...accepted, [accept, deputy('d1')]]],
    ['declining what another holds', 'not-yours', [opened, [decline('d3'), deputy('d2')]]],
    ['declining after the answer', 'not-open', [...answered, [decline('d2'), deputy('d1')]]],
    ['progress by another', 'not-yours', [opened, [progress, deputy('d2')]]],
    ['progress of a closed case', 'not-open', [...answered, [evaluate(3), resident], [progress, deputy('d1')]]],
    ['an answer by the resident', 'not-yours', [...accepted, [answer('A'), resident]]],
    [
      'an answer to a withdrawn case',
      'not-open',
      [opened, [{ type: 'withdraw' }, resident], [answer('A'), deputy('d1')]],
    ],
    ['a promise without a date', 'promise-needs-date', [...accepted, [answer('B'), deputy('d1')]]],
    ['a promise for a day gone by', 'promise-date-past', [...accepted, [answer('B', at(-1)), deputy('d1')]]],
    ['a promise for this very moment', 'promise-date-past', [...accepted, [answer('B', at(0)), deputy('d1')]]],
    ['a judgement by somebody else', 'not-yours', [...answered, [evaluate(3), stranger]]],
    ['a judgement by the deputy', 'not-yours', [...answered, [evaluate(3), deputy('d1')]]],
    ['a judgement before the answer', 'not-answered', [...accepted, [evaluate(3), resident]]],
    ['a second judgement', 'already-judged', [...answered, [evaluate(3), resident], [evaluate(1), resident]]],
    [
      'a judgement of what was withdrawn',
      'not-answered',
      [...answered, [{ type: 'withdraw' }, resident], [evaluate(1), resident]],
    ],
    ['hiding who said it, by another', 'not-yours', [opened, [{ type: 'anonymise' }, stranger]]],
    [
      'hiding it twice',
      'nothing-to-change',
      [opened, [{ type: 'anonymise' }, resident], [{ type: 'anonymise' }, resident]],
    ],
    ['withdrawing what is not theirs', 'not-yours', [opened, [{ type: 'withdraw' }, stranger]]],
    ['withdrawing twice', 'not-open', [opened, [{ type: 'withdraw' }, resident], [{ type: 'withdraw' }, resident]]],
    ['assigning by a deputy', 'not-yours', [opened, [assign('d2'), deputy('d1')]]],
    ['assigning what waits for judgement', 'not-open', [...answered, [assign('d2'), staff]]],
    [
      'assigning to who is complained of',
      'accused',
      [
        [opening({ accused: ['d2'], routing: to(null) }), resident],
        [assign('d2'), staff],
      ],
    ],
    ['a deadline that has not come', 'not-due', [opened, [fall(), system]]],
    ['a deadline of a case that is over', 'not-due', [opened, [{ type: 'withdraw' }, resident], [fall(), system, 99]]],
    ['the clock in other hands', 'not-yours', [opened, [fall(), staff, 99]]],
    [
      'judging a promise that somebody else is to answer for now',
      'not-answered',
      [...promised, [assign('d2'), staff, 8], [evaluate(3), resident, 9]],
    ],
    [
      'judging an answer whose deputy was found to be complained of',
      'not-answered',
      [...promised, [accuse('d1'), resident, 8], [evaluate(1), resident, 9]],
    ],
  ]
  it.each(lines)('%s: %s', (_, refusal, moves) => {
    expect(refusalOf(...moves)).toBe(refusal)
  })
})

describe('an opening', () => {
  it.each([
    ['routine', 7, 1],
    ['urgent', 1, 1 / 12],
    ['emergency', 1, 1 / 12],
  ] as const)('that is %s is to be answered in %d days, accepted in %d', (urgency, days, acceptDays) => {
    const known = after([opening({ urgency }), resident])
    expect(known.answerBy).toBe(at(days).toISOString())
    expect(known.due?.at).toBe(at(acceptDays).toISOString())
  })

  it('that nobody suits waits for staff', () => {
    expect(after([opening({ routing: to(null) }), resident])).toMatchObject({ status: 'triage', deputy: null })
  })

  it('never goes to who it complains of, whatever the routing says', () => {
    const known = after([opening({ accused: ['d1'], routing: to('d1') }), resident])
    expect(known).toMatchObject({ status: 'triage', deputy: null, station: null })
  })
})

describe('a deputy at work', () => {
  it('accepts by writing progress, or an answer', () => {
    expect(lastEvents(opened, [progress, deputy('d1')]).map(({ type }) => type)).toEqual(['accepted', 'progressed'])
    expect(lastEvents(opened, [answer('C'), deputy('d1')]).map(({ type }) => type)).toEqual(['accepted', 'answered'])
  })

  it('passes it on by declining, and never gets it back', () => {
    expect(after(opened, [decline('d2'), deputy('d1')])).toMatchObject({
      status: 'routed',
      deputy: 'd2',
      passedBy: ['d1'],
    })
    expect(after(opened, [decline('d1'), deputy('d1')])).toMatchObject({ status: 'triage', deputy: null })
    const twice = after(opened, [decline('d2'), deputy('d1')], [decline('d1'), deputy('d2')])
    expect(twice).toMatchObject({ status: 'triage', deputy: null, passedBy: ['d1', 'd2'] })
  })

  it('gets it again when a clerk says so', () => {
    const known = after(opened, [decline(null), deputy('d1')], [assign('d1'), staff])
    expect(known).toMatchObject({ status: 'routed', deputy: 'd1' })
  })

  it('loses it when the case turns out to complain of them, at any stage', () => {
    for (const stage of [[opened], accepted, answered, promised]) {
      const known = after(...stage, [accuse('d1'), resident, 8])
      expect(known).toMatchObject({ status: 'triage', deputy: null, due: { party: 'staff', action: 'assign' } })
    }
  })

  it('keeps it when only more is learnt', () => {
    const known = after(...accepted, [{ type: 'classify', topic: '民政', routing: to('d2') }, resident])
    expect(known).toMatchObject({ status: 'accepted', deputy: 'd1', topic: '民政' })
  })
})

describe('a judgement', () => {
  it('closes the case, or a promise goes on', () => {
    expect(after(...answered, [evaluate(2), resident]).status).toBe('closed')
    const known = after(...accepted, [answer('B', at(60)), deputy('d1')], [evaluate(3), resident])
    expect(known).toMatchObject({ status: 'promised', due: { action: 'keep', at: at(60).toISOString() } })
  })

  it('that is bad reopens it with a new date', () => {
    const known = after(...answered, [evaluate(1), resident, 3])
    expect(known).toMatchObject({ status: 'accepted', reopened: 1, deputy: 'd1', answerBy: at(10).toISOString() })
    const kept = after(...promised, [evaluate(1), resident, 8])
    expect(kept).toMatchObject({ status: 'accepted', promise: null, due: { action: 'answer' } })
  })

  it('may come late, once', () => {
    const lapsed: Move[] = [...answered, [fall(), system, 7]]
    expect(after(...lapsed)).toMatchObject({ status: 'closed', judgement: { attitude: null, result: null } })
    expect(after(...lapsed, [evaluate(3), resident, 20])).toMatchObject({ status: 'closed', judgement: { result: 3 } })
    expect(after(...lapsed, [evaluate(1), resident, 20])).toMatchObject({ status: 'accepted', reopened: 1 })
  })

  it('that is late moves no date of the promise', () => {
    const supervised: Move[] = [...promised, [fall(), system, 61]]
    const before = after(...supervised)
    expect(before.due?.at).toBe(at(62).toISOString())
    expect(after(...supervised, [evaluate(3), resident, 61]).due).toEqual(before.due)
  })
})

describe('forgetting', () => {
  const erase = (only?: 'words'): Command => ({
    type: 'erase',
    remains: [{ message: words('more').message, commitment: null }],
    ...(only && { only }),
  })

  it('takes the resident from the case', () => {
    expect(after(...accepted, [erase(), system])).toMatchObject({ anonymous: true, erased: true, status: 'accepted' })
  })

  it('of one account among several takes words alone, and nothing where there are none', () => {
    const before = after(...accepted)
    expect(after(...accepted, [erase('words'), system])).toEqual({ ...before, version: before.version + 1 })
    const none: Command = { type: 'erase', remains: [], only: 'words' }
    expect(refusalOf(...accepted, [none, system])).toBe('nothing-to-change')
  })
})

describe('the clock', () => {
  it('reminds once, then passes a case that nobody accepted on', () => {
    const reminded = after(opened, [fall('d2'), system, 0.9])
    expect(reminded).toMatchObject({ deputy: 'd1', due: { remindAt: null } })
    expect(refusalOf(opened, [fall('d2'), system, 0.9], [fall('d2'), system, 0.95])).toBe('not-due')
    expect(after(opened, [fall('d2'), system, 1])).toMatchObject({ deputy: 'd2', passedBy: ['d1'], status: 'routed' })
    expect(after(opened, [fall('d1'), system, 1])).toMatchObject({ deputy: null, status: 'triage' })
  })

  it('supervises an answer that is overdue, a level higher each time, until it comes', () => {
    const once: Move[] = [...accepted, [fall(), system, 7]]
    expect(after(...once)).toMatchObject({ supervision: 1, status: 'accepted', deputy: 'd1' })
    expect(after(...once, [fall(), system, 8])).toMatchObject({ supervision: 2, due: { at: at(9).toISOString() } })
    expect(after(...once, [answer('A'), deputy('d1'), 8])).toMatchObject({ supervision: 0, status: 'answered' })
  })

  it('supervises staff who assign nobody, and a promise not kept', () => {
    expect(after([opening({ routing: to(null) }), resident], [fall(), system, 1])).toMatchObject({ supervision: 1 })
    expect(lastEvents(...promised, [fall(), system, 60])).toMatchObject([{ type: 'supervised', action: 'keep' }])
  })
})
