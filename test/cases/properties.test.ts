import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '#base'
import { act, findBreak, isOpen, replay, wakeAt } from '#cases'
import type { Case, Chained, DueAction, Held, Status } from '#cases'
import { caseId, deputies, mayGive, outcomeOf, play, rules, start, stories, to } from './play.ts'

const runs = { numRuns: 1500 }
const owed: Record<Status, { party: string; action: DueAction } | null> = {
  triage: { party: 'staff', action: 'assign' },
  routed: { party: 'deputy', action: 'accept' },
  accepted: { party: 'deputy', action: 'answer' },
  answered: { party: 'resident', action: 'judge' },
  promised: { party: 'deputy', action: 'keep' },
  closed: null,
  withdrawn: null,
}

/** Every case that a story passes through. */
const eachCase = (check: (known: Case) => void) =>
  fc.assert(
    fc.property(stories, (story) => outcomeOf(play(story)).done.forEach(({ after }) => check(after.case))),
    runs,
  )

describe('any sequence of commands', () => {
  it('is tried wide enough: every status, event, refusal and supervision is met', () => {
    const statuses = new Set<string>()
    const events = new Set<string>()
    const refusals = new Set<string>()
    for (const story of fc.sample(stories, { numRuns: 4000, seed: 1 })) {
      const steps = play(story)
      for (const { done } of steps) {
        if (!done.ok) refusals.add(done.refusal)
        else {
          statuses.add(done.after.case.status)
          for (const { event } of done.events) events.add(event.type)
        }
      }
    }
    expect([...statuses].sort()).toEqual(Object.keys(owed).sort())
    expect([...events].sort()).toEqual([
      'accepted',
      'answered',
      'classified',
      'closed',
      'corrected',
      'declined',
      'erased',
      'evaluated',
      'opened',
      'progressed',
      'promised',
      'queried',
      'released',
      'reminded',
      'reopened',
      'routed',
      'supervised',
      'supplemented',
      'withdrawn',
    ])
    expect(refusals.size).toBeGreaterThanOrEqual(10)
  })

  it('leaves somebody due to act on an open case, and nobody on one that is over', () => {
    eachCase(({ status, due, deputy, held }) => {
      const owes = held === undefined ? owed[status] : { party: 'deputy', action: 'complete' }
      expect(due && { party: due.party, action: due.action }).toEqual(owes)
      expect(due !== null).toBe(isOpen(status))
      expect(wakeAt(due) === null).toBe(due === null)
      if (due?.party === 'deputy') expect(deputy).not.toBeNull()
      if (due?.remindAt) expect(due.remindAt <= due.at).toBe(true)
    })
  })

  it('never leaves a case with a deputy it complains of, nor tells them of it', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { after, notices } of outcomeOf(play(story)).done) {
          const { accused, deputy } = after.case
          if (deputy !== null) expect(accused).not.toContain(deputy)
          for (const { to: told } of notices) if (told.party === 'deputy') expect(accused).not.toContain(told.id)
        }
      }),
      runs,
    )
  })

  it('heeds nobody who has no say in it', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { command, actor, before, done } of play(story)) {
          if (mayGive(command, actor, before?.case ?? null)) continue
          expect(done.ok).toBe(false)
        }
      }),
      runs,
    )
  })

  it('counts its events, and replays to the very same case', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { timeline, last } = outcomeOf(play(story))
        expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1))
        expect(last!.case.version).toBe(timeline.length)
        // As the ledger gives it back: through JSON.
        const stored = JSON.parse(JSON.stringify(timeline)) as Chained[]
        expect(canonicalJson(replay(caseId, stored))).toBe(canonicalJson(last!.case))
        expect(findBreak(caseId, stored)).toBeNull()
        expect(last!.headHash).toBe(timeline.at(-1)!.hash)
      }),
      runs,
    )
  })

  it('keeps the day the resident was told, unless they reopen it', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { before, after, events } of outcomeOf(play(story)).done) {
          if (before === null) continue
          const reopened = events.some(({ event }) => event.type === 'reopened')
          if (reopened) expect(after.case.reopened).toBe(before.case.reopened + 1)
          else expect(after.case.answerBy).toBe(before.case.answerBy)
        }
      }),
      runs,
    )
  })

  it('goes by itself never back to a deputy who let it go', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { before, events } of outcomeOf(play(story)).done) {
          for (const { event } of events) {
            if (event.type !== 'routed' || event.deputy === null || before === null) continue
            if (event.cause !== 'declined' && event.cause !== 'silence') continue
            expect([...before.case.passedBy, before.case.deputy]).not.toContain(event.deputy)
          }
        }
      }),
      runs,
    )
  })

  it('remembers who let it go', () => {
    fc.assert(
      fc.property(stories, (story) => {
        for (const { before, after, events } of outcomeOf(play(story)).done) {
          const letGo = events.some(
            ({ event }) => event.type === 'declined' || (event.type === 'routed' && event.cause === 'silence'),
          )
          if (letGo) expect(after.case.passedBy).toContain(before!.case.deputy)
          expect(after.case.passedBy.slice(0, before?.case.passedBy.length ?? 0)).toEqual(before?.case.passedBy ?? [])
        }
      }),
      runs,
    )
  })

  it('has its words in the order they were said', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { timeline, last } = outcomeOf(play(story))
        const said = timeline.flatMap(({ event }) =>
          event.type === 'opened' || event.type === 'supplemented' ? [event.words.message] : [],
        )
        expect(last!.case.words).toEqual(said)
      }),
      runs,
    )
  })
})

describe('the clock', () => {
  it('always gets on: at one moment it does little, in the end the case closes or is supervised', () => {
    fc.assert(
      fc.property(stories, fc.array(fc.option(fc.constantFrom(...deputies)), { minLength: 1 }), (story, next) => {
        let held: Held = outcomeOf(play(story)).last!
        let turn = 0
        let now = start.getTime() + 2000 * 24 * 3_600_000
        const fall = () => {
          const routing = to(next[turn++ % next.length]!)
          return act(
            caseId,
            held,
            { type: 'fall-due', routing },
            { now: new Date(now), actor: { party: 'system' } },
            rules,
          )
        }
        let supervised = 0
        for (let round = 0; round < 12 && held.case.due !== null; round++) {
          let steps = 0
          for (let done = fall(); done.ok; done = fall()) {
            held = done.after
            supervised += done.events.filter(({ event }) => event.type === 'supervised').length
            // A judgement let pass, then a promise overdue: nothing has more than that to do at once.
            expect(++steps).toBeLessThanOrEqual(3)
          }
          if (held.case.due === null) break
          expect(wakeAt(held.case.due)! > new Date(now).toISOString()).toBe(true)
          now = new Date(wakeAt(held.case.due)!).getTime()
          expect(fall().ok).toBe(true)
        }
        if (held.case.due !== null) expect(supervised).toBeGreaterThan(0)
      }),
      runs,
    )
  })
})

describe('the chain', () => {
  const timelines = stories.map((story) => outcomeOf(play(story)).timeline).filter((timeline) => timeline.length >= 3)

  it('shows an event that was altered', () => {
    fc.assert(
      fc.property(
        timelines,
        fc.nat(),
        fc.constantFrom('at', 'actor', 'event', 'hash', 'previous'),
        (timeline, n, what) => {
          const index = n % timeline.length
          const altered = timeline.map((stored, at) => (at === index ? alter(stored, what) : stored))
          expect(findBreak(caseId, altered)).not.toBeNull()
        },
      ),
    )
  })

  it('shows an event that was taken out, doubled or put elsewhere', () => {
    fc.assert(
      fc.property(timelines, fc.nat(), fc.nat(), (timeline, one, other) => {
        const from = one % (timeline.length - 1)
        expect(findBreak(caseId, timeline.toSpliced(from, 1))).toBe(`event ${from + 1} is missing`)
        expect(findBreak(caseId, timeline.toSpliced(from, 0, timeline[from]!))).not.toBeNull()
        const into = other % timeline.length
        fc.pre(into !== from)
        const moved = timeline.toSpliced(from, 1)
        expect(findBreak(caseId, moved.toSpliced(into, 0, timeline[from]!))).not.toBeNull()
      }),
    )
  })

  it('shows a hole even when the events behind it were numbered anew', () => {
    fc.assert(
      fc.property(timelines, fc.nat(), (timeline, n) => {
        const shorter = timeline
          .toSpliced(n % (timeline.length - 1), 1)
          .map((stored, index) => ({ ...stored, seq: index + 1 }))
        expect(findBreak(caseId, shorter)).not.toBeNull()
      }),
    )
  })

  it("belongs to its case: another's timeline is broken from the start", () => {
    fc.assert(fc.property(timelines, (timeline) => findBreak('case-2', timeline) !== null))
  })
})

function alter(stored: Chained, what: string): Chained {
  switch (what) {
    case 'at':
      return { ...stored, at: '2020-01-01T00:00:00.000Z' }
    case 'actor':
      return { ...stored, actor: { party: 'deputy', id: 'somebody-else' } }
    case 'hash':
      return { ...stored, hash: stored.hash.replace(/^./, (first) => (first === '0' ? '1' : '0')) }
    case 'previous':
      return { ...stored, previous: '0'.repeat(64) }
    default:
      return { ...stored, event: Object.assign({}, stored.event, { added: true }) }
  }
}
