import type { Case } from './case.ts'
import type { Actor, CaseEvent } from './event.ts'

/** An event with its place in the timeline. */
export interface Recorded {
  /** 1 for the first. */
  seq: number
  /** ISO 8601, UTC */
  at: string
  actor: Actor
  event: CaseEvent
}

/** The case after one more event. `id` names the case for its first event. */
export function evolve(id: string, before: Case | null, { seq, at, actor, event }: Recorded): Case {
  if (event.type === 'opened') return opened(id, seq, at, event)
  if (before === null) throw new Error(`the timeline of ${id} does not begin with "opened"`)
  return { ...kept(before, event), ...change(before, at, actor, event), version: seq }
}

/** It went out, or somebody else is to answer, or to answer anew, or nobody. */
const endsWaiting = new Set<CaseEvent['type']>(['answered', 'routed', 'reopened', 'withdrawn'])

/** Without what an event settles: these are left out once there are none, as in cases from before there were any. */
function kept(before: Case, event: CaseEvent): Case {
  if (event.type === 'classified' && event.topic !== undefined && before.guesses !== undefined) {
    const { guesses: _, ...settled } = before
    return settled
  }
  if (endsWaiting.has(event.type) && before.held !== undefined) {
    const { held: _, ...settled } = before
    return settled
  }
  return before
}

/** The case that a whole timeline adds up to. */
export function replay(id: string, timeline: readonly Recorded[]): Case | null {
  return timeline.reduce<Case | null>((before, recorded) => evolve(id, before, recorded), null)
}

function opened(id: string, seq: number, at: string, event: Extract<CaseEvent, { type: 'opened' }>): Case {
  const state: Case = {
    id,
    number: event.number,
    status: 'triage',
    version: seq,
    resident: event.resident,
    scene: event.scene,
    kind: event.kind,
    topic: event.topic,
    place: event.place,
    region: event.region,
    urgency: event.urgency,
    accused: event.accused,
    anonymous: false,
    deputy: null,
    station: null,
    passedBy: [],
    openedAt: at,
    answerBy: event.answerBy,
    answer: null,
    promise: null,
    judgement: null,
    reopened: 0,
    supervision: 0,
    due: { party: 'staff', action: 'assign', at: event.answerBy, remindAt: null },
    words: [event.words.message],
  }
  if (event.through !== undefined) state.through = event.through
  if (event.guesses !== undefined) state.guesses = event.guesses
  return state
}

function change(before: Case, at: string, actor: Actor, event: Exclude<CaseEvent, { type: 'opened' }>): Partial<Case> {
  switch (event.type) {
    case 'supplemented':
      return { words: [...before.words, event.words.message] }
    case 'classified': {
      const { type: _, ...known } = event
      return known
    }
    case 'routed':
      return {
        status: event.deputy === null ? 'triage' : 'routed',
        deputy: event.deputy,
        station: event.station,
        passedBy:
          event.cause === 'silence' && before.deputy !== null ? [...before.passedBy, before.deputy] : before.passedBy,
        due:
          event.deputy === null
            ? { party: 'staff', action: 'assign', at: event.actBy, remindAt: event.remindAt }
            : { party: 'deputy', action: 'accept', at: event.actBy, remindAt: event.remindAt },
      }
    case 'accepted':
      // A promise goes over to whoever takes the case on: it is what they owe now.
      if (before.promise !== null) {
        const { keepBy, remindAt } = before.promise
        return { status: 'promised', due: { party: 'deputy', action: 'keep', at: keepBy, remindAt } }
      }
      return {
        status: 'accepted',
        due: { party: 'deputy', action: 'answer', at: before.answerBy, remindAt: event.remindAt },
      }
    case 'declined':
      return { passedBy: actor.party === 'deputy' ? [...before.passedBy, actor.id] : before.passedBy }
    case 'progressed':
      return {}
    case 'queried': {
      const { outcome, words, tail, sendAt } = event
      const due = { party: 'deputy', action: 'complete', at: sendAt, remindAt: null } as const
      return { held: { outcome, words, tail }, due }
    }
    case 'released':
      return { due: before.due && { ...before.due, at } }
    case 'answered':
      return {
        status: 'answered',
        answer: { outcome: event.outcome, at, message: event.words.message },
        promise: null,
        judgement: null,
        supervision: 0,
        due: { party: 'resident', action: 'judge', at: event.judgeBy, remindAt: null },
      }
    case 'promised':
      return { promise: { keepBy: event.keepBy, remindAt: event.remindAt } }
    case 'evaluated': {
      const judgement = { attitude: event.attitude, result: event.result }
      // A late judgement of a promise moves none of its dates.
      if (before.promise === null || before.status === 'promised') return { judgement }
      const { keepBy, remindAt } = before.promise
      return { judgement, status: 'promised', due: { party: 'deputy', action: 'keep', at: keepBy, remindAt } }
    }
    case 'reopened':
      return {
        status: 'accepted',
        reopened: before.reopened + 1,
        answerBy: event.answerBy,
        promise: null,
        due: { party: 'deputy', action: 'answer', at: event.answerBy, remindAt: event.remindAt },
      }
    case 'reminded':
      return { due: before.due && { ...before.due, remindAt: null } }
    case 'supervised':
      return { supervision: event.level, due: before.due && { ...before.due, at: event.actBy, remindAt: null } }
    case 'corrected':
      return { anonymous: event.anonymous }
    case 'erased':
      return event.only === 'words' ? {} : { anonymous: true, erased: true }
    case 'withdrawn':
      return { status: 'withdrawn', due: null }
    case 'closed':
      return { status: 'closed', due: null }
  }
}
