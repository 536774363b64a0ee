import { describe, expect, it } from 'vitest'
import { act, noticesOf } from '#cases'
import type { Actor, Command, Held, Notice } from '#cases'
import { caseId, day, opening, rules, start, to, words } from './play.ts'

const resident: Actor = { party: 'resident', id: 'r1' }
const staff: Actor = { party: 'staff', id: 's1' }
const system: Actor = { party: 'system' }
const deputy = (id: string): Actor => ({ party: 'deputy', id })

/** The notices of the last of some moves, as `whom:template`. */
function told(...moves: [command: Command, actor: Actor, days?: number][]): string[] {
  let held: Held | null = null
  let notices: Notice[] = []
  for (const [command, actor, days = 0] of moves) {
    const done = act(caseId, held, command, { actor, now: new Date(start.getTime() + days * day) }, rules)
    if (!done.ok) throw new Error(done.refusal)
    held = done.after
    notices = noticesOf(done.before, done.events, done.after.case)
  }
  return notices.map(({ to: whom, template }) => `${'id' in whom ? whom.id : whom.party}:${template}`)
}

const open = [opening(), resident] as [Command, Actor]
const answer: [Command, Actor] = [{ type: 'answer', outcome: 'A', words: words('m1'), keepBy: null }, deputy('d1')]
const lapse = (next: string | null): Command => ({ type: 'fall-due', routing: to(next) })

describe('who is told', () => {
  it('an opening: the deputy, or staff; the resident has the receipt', () => {
    expect(told(open)).toEqual(['d1:deputy-new-case', 'group:group-new-case'])
    expect(told([opening({ routing: to(null) }), resident])).toEqual(['staff:staff-triage'])
    // One line in the group is enough.
    expect(told([opening({ urgency: 'emergency' }), resident])).toEqual([
      'staff:staff-emergency',
      'group:group-emergency',
      'd1:deputy-new-case',
    ])
  })

  it('the duty group: once for each station, with nobody’s words, and of no complaint', () => {
    const groups = (...moves: Parameters<typeof told>) => told(...moves).filter((notice) => notice.startsWith('group:'))
    expect(groups(open, [lapse('d2'), system, 2])).toEqual([])
    expect(groups([opening({ accused: ['d9'], urgency: 'emergency' }), resident])).toEqual([])
    expect(groups([opening({ routing: to(null), urgency: 'emergency' }), resident])).toEqual([])
    const done = act(caseId, null, opening({ urgency: 'emergency' }), { actor: resident, now: start }, rules)
    if (!done.ok) throw new Error(done.refusal)
    const notices = noticesOf(null, done.events, done.after.case).filter(({ to: whom }) => whom.party === 'group')
    expect(notices.map(({ message }) => message)).toEqual([null])
  })

  it('a complaint: staff only, whatever comes after', () => {
    const complaint = [opening({ accused: ['d1'] }), resident] as [Command, Actor]
    expect(told(complaint)).toEqual(['staff:staff-triage'])
    expect(told(complaint, [{ type: 'supplement', words: words('m1') }, resident])).toEqual([])
    expect(told(open, [{ type: 'classify', accused: ['d1'], routing: null }, resident])).toEqual(['staff:staff-triage'])
  })

  it('each step of the deputy: the resident', () => {
    expect(told(open, [{ type: 'accept' }, deputy('d1')])).toEqual(['r1:resident-accepted'])
    expect(told(open, [{ type: 'progress', words: words('m1') }, deputy('d1')])).toEqual([
      'r1:resident-accepted',
      'r1:resident-progress',
    ])
    expect(told(open, answer)).toEqual(['r1:resident-accepted', 'r1:resident-answered'])
  })

  it('a judgement: the deputy, and staff when it is bad', () => {
    expect(told(open, answer, [{ type: 'evaluate', attitude: 3, result: 2 }, resident])).toEqual(['d1:deputy-judged'])
    expect(told(open, answer, [{ type: 'evaluate', attitude: 3, result: 1 }, resident])).toEqual([
      'd1:deputy-judged',
      'staff:staff-dissatisfied',
      'd1:deputy-reopened',
    ])
  })

  it('a silence: who had it, who has it, staff and the resident', () => {
    expect(told(open, [lapse('d2'), system, 1])).toEqual([
      'd1:deputy-case-moved',
      'd2:deputy-new-case',
      'staff:staff-silence',
      'r1:resident-moved',
    ])
    expect(told(open, [lapse('d2'), system, 0.9])).toEqual(['d1:deputy-remind-accept'])
  })

  it('a clerk’s word: the resident by the name of the deputy, or that one is looked for', () => {
    const assign = (next: string | null): [Command, Actor] => [
      { type: 'assign', routing: to(next), cause: 'staff' },
      staff,
    ]
    expect(told(open, assign('d2'))).toEqual(['d1:deputy-case-moved', 'd2:deputy-new-case', 'r1:resident-routed'])
    expect(told(open, assign(null))).toEqual(['d1:deputy-case-moved', 'staff:staff-triage', 'r1:resident-moved'])
  })

  it('supervision: all, but the resident only once', () => {
    const accepted: [Command, Actor] = [{ type: 'accept' }, deputy('d1')]
    const first: [Command, Actor, number] = [lapse(null), system, 7]
    expect(told(open, accepted, first)).toEqual(['staff:staff-overdue', 'd1:deputy-overdue', 'r1:resident-supervised'])
    expect(told(open, accepted, first, [lapse(null), system, 8])).toEqual(['staff:staff-overdue', 'd1:deputy-overdue'])
  })

  it('no judgement: the resident that it was closed', () => {
    expect(told(open, answer, [lapse(null), system, 7])).toEqual(['r1:resident-closed-silence'])
  })

  it('a withdrawal: the deputy', () => {
    expect(told(open, [{ type: 'withdraw' }, resident])).toEqual(['d1:deputy-withdrawn'])
  })
})
