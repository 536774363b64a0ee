import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { act, heldWords, noticesOf } from '#cases'
import type { Actor, Command, Done, Held, Refusal } from '#cases'
import { caseId, opening, outcomeOf, play, rules, start, stories, to, words } from './play.ts'

const hour = 3_600_000
const deputy: Actor = { party: 'deputy', id: 'd1' }
const resident: Actor = { party: 'resident', id: 'r1' }
const clock: Actor = { party: 'system' }
const later = (ms: number) => new Date(start.getTime() + ms)

function step(held: Held | null, command: Command, actor: Actor, now = start): Done | { ok: false; refusal: Refusal } {
  return act(caseId, held, command, { now, actor }, rules)
}
function go(held: Held | null, command: Command, actor: Actor, now = start): Done {
  const done = step(held, command, actor, now)
  if (!done.ok) throw new Error(done.refusal)
  return done
}
const empty = (message = 'm1'): Command => ({
  type: 'answer',
  outcome: 'C',
  words: words(message),
  keepBy: null,
  askBack: { tail: 5 },
})
const fall: Command = { type: 'fall-due', routing: to(null) }
const opened = go(null, opening(), resident).after
const types = ({ events }: Done) => events.map(({ event }) => event.type)

describe('an answer that says nothing', () => {
  it('waits, and goes out by itself as it is after the city’s time', () => {
    const asked = go(opened, empty(), deputy)
    expect(types(asked)).toEqual(['accepted', 'queried'])
    expect(noticesOf(asked.before, asked.events, asked.after.case).map(({ template }) => template)).toEqual([
      'resident-accepted',
    ])
    expect(asked.after.case).toMatchObject({ status: 'accepted', answer: null, due: { action: 'complete' } })
    expect(step(asked.after, fall, clock, later(2 * hour - 1))).toEqual({ ok: false, refusal: 'not-due' })

    const sent = go(asked.after, fall, clock, later(2 * hour))
    expect(types(sent)).toEqual(['answered'])
    expect(sent.after.case).toMatchObject({ status: 'answered', answer: { outcome: 'C', message: 'm1' } })
    expect(sent.after.case).not.toHaveProperty('held')
    expect(noticesOf(sent.before, sent.events, sent.after.case).map(({ template }) => template)).toEqual([
      'resident-answered',
      'deputy-sent-as-is',
    ])
  })

  it('is asked about once: the second goes out whatever it is', () => {
    const asked = go(opened, empty(), deputy)
    const second = go(asked.after, empty('m2'), deputy, later(hour))
    expect(types(second)).toEqual(['answered'])
    expect(second.after.case.answer?.message).toBe('m2')
    expect(second.after.case).not.toHaveProperty('held')
  })

  it('goes out at once when its deputy wants it so, and only then', () => {
    const asked = go(opened, empty(), deputy)
    const released = go(asked.after, { type: 'release' }, deputy, later(hour))
    expect(types(go(released.after, fall, clock, later(hour)))).toEqual(['answered'])
    expect(step(opened, { type: 'release' }, deputy)).toEqual({ ok: false, refusal: 'nothing-waits' })
    expect(step(asked.after, { type: 'release' }, { party: 'deputy', id: 'd2' })).toEqual({
      ok: false,
      refusal: 'not-yours',
    })
  })

  it('never waits past the day the resident was told, and not at all after it or in an emergency', () => {
    const deadline = new Date(opened.case.answerBy)
    const short = go(opened, empty(), deputy, new Date(deadline.getTime() - hour))
    expect(short.after.case.due?.at).toBe(deadline.toISOString())
    expect(types(go(opened, empty(), deputy, deadline))).toEqual(['accepted', 'answered'])
    const danger = go(null, opening({ urgency: 'emergency' }), resident).after
    expect(types(go(danger, empty(), deputy))).toEqual(['accepted', 'answered'])
  })

  it('is nobody’s any more once somebody else is to answer, or nobody', () => {
    const { after } = go(opened, empty(), deputy)
    const declined = go(after, { type: 'decline', words: words('m3'), routing: to('d2') }, deputy)
    expect(declined.after.case).not.toHaveProperty('held')
    expect(go(after, { type: 'withdraw' }, resident).after.case).not.toHaveProperty('held')
  })

  it('is never lost: whatever was held was answered, or given to somebody else, or withdrawn', () => {
    let waited = 0
    fc.assert(
      fc.property(stories, (story) => {
        for (const { before, after, events } of outcomeOf(play(story)).done) {
          if (before?.case.held === undefined || after.case.held !== undefined) continue
          waited++
          const ends = events.map(({ event }) => event.type)
          expect(ends.some((type) => ['answered', 'routed', 'reopened', 'withdrawn'].includes(type))).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
    expect(waited).toBeGreaterThan(3)
  })

  it('is the end of its message', () => {
    expect(heldWords({ outcome: 'A', words: words('m'), tail: 4 }, ' 4 A 正在处理 ')).toBe('正在处理')
  })
})

describe('a case of which it is not sure what it is about', () => {
  const unsure = go(
    null,
    opening({ topic: '城乡建设', guesses: ['城乡建设', '交通运输'], routing: to(null) }),
    resident,
  )

  it('keeps both guesses, in its timeline too, until somebody says which', () => {
    expect(unsure.after.case.guesses).toEqual(['城乡建设', '交通运输'])
    expect(unsure.events[0]!.event).toMatchObject({ guesses: ['城乡建设', '交通运输'] })
    const placed = go(unsure.after, { type: 'classify', place: 'p1', routing: null }, resident)
    expect(placed.after.case.guesses).toHaveLength(2)
    const told = go(placed.after, { type: 'classify', topic: '交通运输', routing: to('d2') }, resident)
    expect(told.after.case).toMatchObject({ topic: '交通运输', deputy: 'd2' })
    expect(told.after.case).not.toHaveProperty('guesses')
  })

  it('that was sure has none', () => expect(opened.case).not.toHaveProperty('guesses'))
})
