import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { act, findBreak, replay } from '#cases'
import type { Actor, Chained, Command, Held } from '#cases'
import { caseId, opening, rules, start, to, words } from './play.ts'

const worker: Actor = { party: 'grid_worker', id: 'g1' }
const open = (more: Parameters<typeof opening>[0] = {}) => opening({ resident: 'r9', ...more })

function tell(held: Held | null, command: Command, actor: Actor) {
  return act(caseId, held, command, { now: start, actor }, rules)
}

function opened() {
  const done = tell(null, open(), worker)
  if (!done.ok) throw new Error(done.refusal)
  return done
}

/** What a resident may say on a case of theirs. */
const ownWords: Command[] = [
  { type: 'supplement', words: words('m1') },
  { type: 'anonymise' },
  { type: 'withdraw' },
  { type: 'classify', topic: '城乡建设', routing: to('d2') },
]

describe('a case by a grid worker’s hand', () => {
  it('is the resident’s, and says through whom', () => {
    const { after, events } = opened()
    expect(after.case).toMatchObject({ resident: 'r9', through: 'g1', deputy: 'd1' })
    expect(events.map(({ actor }) => actor)).toEqual([worker, worker])
    expect(replay(caseId, events)).toEqual(after.case)
    expect(findBreak(caseId, events)).toBeNull()
  })

  it('cannot be opened for nobody; a resident’s own is theirs, whomever they name', () => {
    expect(tell(null, opening(), worker)).toEqual({ ok: false, refusal: 'not-yours' })
    const own = tell(null, open({ resident: 'r2' }), { party: 'resident', id: 'r1' })
    expect(own).toMatchObject({ ok: true, after: { case: { resident: 'r1' } } })
    expect(own.ok && 'through' in own.after.case).toBe(false)
  })

  it('is judged by the worker on the resident’s word', () => {
    let held: Held = opened().after
    const timeline: Chained[] = []
    for (const [command, actor] of [
      [
        { type: 'answer', outcome: 'A', words: words('m2'), keepBy: null },
        { party: 'deputy', id: 'd1' },
      ],
      [{ type: 'evaluate', attitude: 3, result: 3 }, worker],
    ] as [Command, Actor][]) {
      const done = tell(held, command, actor)
      if (!done.ok) throw new Error(done.refusal)
      held = done.after
      timeline.push(...done.events)
    }
    expect(held.case.status).toBe('closed')
    expect(timeline.at(-2)).toMatchObject({ event: { type: 'evaluated' }, actor: worker })
  })

  it('is nobody else’s: no other worker, and nobody who only bears the same id', () => {
    const { after } = opened()
    const others = fc.oneof(
      fc.string().filter((id) => id !== 'g1').map((id): Actor => ({ party: 'grid_worker', id })), // prettier-ignore
      fc.string().filter((id) => id !== 'r9').map((id): Actor => ({ party: 'resident', id })), // prettier-ignore
      fc.constantFrom<Actor>({ party: 'resident', id: 'g1' }, { party: 'grid_worker', id: 'r9' }),
    )
    fc.assert(
      fc.property(others, fc.constantFrom(...ownWords), (actor, command) => {
        expect(tell(after, command, actor)).toEqual({ ok: false, refusal: 'not-yours' })
      }),
    )
    for (const command of ownWords) expect(tell(after, command, worker)).toMatchObject({ ok: true })
  })

  it('and a worker has no say on a case that a resident opened', () => {
    const own = tell(null, opening(), { party: 'resident', id: 'r1' })
    if (!own.ok) throw new Error(own.refusal)
    for (const command of ownWords) {
      expect(tell(own.after, command, worker)).toEqual({ ok: false, refusal: 'not-yours' })
      // Least of all one without an id, where the case names nobody it came through.
      expect(tell(own.after, command, { party: 'grid_worker' } as Actor)).toMatchObject({ ok: false })
    }
  })
})
