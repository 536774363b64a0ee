import { isoTime } from '#base'
import { isOpen } from './case.ts'
import type { Case } from './case.ts'
import type { Circumstances, Command, Refusal } from './command.ts'
import type { CaseEvent, Outcome, RoutingCause } from './event.ts'
import type { Routing } from './route.ts'
import { after, remindBefore } from './terms.ts'
import type { Calendar, Terms } from './terms.ts'

export type Decision = { ok: true; events: CaseEvent[] } | { ok: false; refusal: Refusal }

/** The city's rules, as `decide` needs them. */
export interface Rules {
  terms: Terms
  calendar: Calendar
}

/**
 * What comes of a command: the events that happen, or why nothing does. Pure; all that depends on the calendar is
 * written into the events.
 */
export function decide(before: Case | null, command: Command, { now, actor }: Circumstances, rules: Rules): Decision {
  const { terms, calendar } = rules

  if (command.type === 'open') {
    if (before !== null) return refuse('already-open')
    const byHand = actor.party === 'grid_worker'
    const resident = byHand ? command.resident : actor.party === 'resident' ? actor.id : undefined
    if (resident === undefined) return refuse('not-yours')
    const opened: CaseEvent = {
      type: 'opened',
      number: command.number,
      resident,
      scene: command.scene,
      kind: command.kind,
      topic: command.topic,
      place: command.place,
      region: command.region,
      urgency: command.urgency,
      accused: command.accused,
      answerBy: isoTime(after(now, terms.answer[command.urgency], calendar)),
      words: command.words,
      reasons: command.reasons,
    }
    if (byHand) opened.through = actor.id
    if (command.guesses !== undefined) opened.guesses = command.guesses
    return happen(opened, routed(command.routing, 'opened', command, now, rules))
  }
  if (before === null) return refuse('unknown-case')

  // Whoever reported for somebody without a phone also brings back that person's word.
  const isResident =
    (actor.party === 'resident' && actor.id === before.resident) ||
    (actor.party === 'grid_worker' && before.through !== undefined && actor.id === before.through)
  const holds = actor.party === 'deputy' && actor.id === before.deputy
  const answerReminder = (by: string) => remindBefore(new Date(by), terms.remindHours, now)

  switch (command.type) {
    case 'supplement':
      if (!isResident) return refuse('not-yours')
      if (!isOpen(before.status)) return refuse('not-open')
      return happen({ type: 'supplemented', words: command.words })

    case 'classify': {
      if (!isResident && actor.party !== 'staff' && actor.party !== 'system') return refuse('not-yours')
      if (!isOpen(before.status)) return refuse('not-open')
      const { type: _, routing, ...known } = command
      if (Object.keys(known).length === 0) return refuse('nothing-to-change')
      // Who was once complained of stays so: nothing said later lets them see the case.
      const accused = [...new Set([...before.accused, ...(known.accused ?? [])])]
      const classified: CaseEvent = { type: 'classified', ...known, ...(known.accused ? { accused } : {}) }
      const facts = { accused, urgency: known.urgency ?? before.urgency }
      if (before.deputy !== null && accused.includes(before.deputy)) {
        const away: Routing = { deputy: null, station: null, reasons: ['accused:staff-decide'] }
        return happen(classified, routed(away, 'classified', facts, now, rules))
      }
      const movable = before.status === 'triage' || before.status === 'routed'
      if (routing === null || !movable || routing.deputy === before.deputy) return happen(classified)
      return happen(classified, routed(routing, 'classified', facts, now, rules))
    }

    case 'accept':
      if (!holds) return refuse('not-yours')
      if (before.status !== 'routed') return refuse('already-accepted')
      return happen({ type: 'accepted', remindAt: answerReminder(before.answerBy) })

    case 'decline':
      if (!holds) return refuse('not-yours')
      if (before.status !== 'routed' && before.status !== 'accepted') return refuse('not-open')
      return happen(
        { type: 'declined', words: command.words },
        routed(exceptWhoLetGo(command.routing, before), 'declined', before, now, rules),
      )

    case 'progress':
    case 'answer': {
      if (!holds) return refuse('not-yours')
      if (!isOpen(before.status) || before.status === 'triage') return refuse('not-open')
      // Working on it says it was accepted: nobody should have to say it twice.
      const accepted: CaseEvent[] =
        before.status === 'routed' ? [{ type: 'accepted', remindAt: answerReminder(before.answerBy) }] : []
      if (command.type === 'progress') return happen(...accepted, { type: 'progressed', words: command.words })
      const sendAt = command.askBack ? sendHeldAt(before, command.outcome, now, rules) : null
      if (command.askBack && sendAt !== null) {
        const { outcome, words, askBack } = command
        return happen(...accepted, {
          type: 'queried',
          outcome,
          words,
          tail: askBack.tail,
          sendAt: sendAt.toISOString(),
        })
      }
      const judgeBy = after(now, terms.judge, calendar)
      const answered: CaseEvent = {
        type: 'answered',
        outcome: command.outcome,
        words: command.words,
        judgeBy: judgeBy.toISOString(),
      }
      if (command.outcome !== 'B') return happen(...accepted, answered)
      if (command.keepBy === null) return refuse('promise-needs-date')
      if (command.keepBy <= now) return refuse('promise-date-past')
      const keepBy = command.keepBy.toISOString()
      const remindAt = remindBefore(command.keepBy, terms.remindPromiseDays * 24, now)
      return happen(...accepted, answered, { type: 'promised', keepBy, remindAt })
    }

    case 'release':
      if (!holds) return refuse('not-yours')
      return before.held === undefined ? refuse('nothing-waits') : happen({ type: 'released' })

    case 'evaluate': {
      if (!isResident) return refuse('not-yours')
      if (before.answer === null) return refuse('not-answered')
      const lapsed = before.judgement !== null && before.judgement.result === null
      const awaited = before.status === 'answered'
      // A judgement that comes late is still a judgement, unless somebody else is already to answer anew.
      const stands = before.status === 'promised' || before.status === 'closed'
      if (!awaited && !(lapsed && stands)) {
        return refuse(before.judgement === null || lapsed ? 'not-answered' : 'already-judged')
      }
      const evaluated: CaseEvent = { type: 'evaluated', attitude: command.attitude, result: command.result }
      if (command.result === 1) {
        const answerBy = after(now, terms.answer[before.urgency], calendar).toISOString()
        return happen(evaluated, { type: 'reopened', answerBy, remindAt: answerReminder(answerBy) })
      }
      if (before.promise !== null || !isOpen(before.status)) return happen(evaluated)
      return happen(evaluated, { type: 'closed', reason: 'judged' })
    }

    case 'anonymise':
      if (!isResident) return refuse('not-yours')
      if (before.anonymous) return refuse('nothing-to-change')
      return happen({ type: 'corrected', anonymous: true })

    case 'withdraw':
      if (!isResident) return refuse('not-yours')
      if (!isOpen(before.status)) return refuse('not-open')
      return happen({ type: 'withdrawn' })

    case 'erase':
      // The law's word, whatever has become of the case.
      if (actor.party !== 'staff' && actor.party !== 'system') return refuse('not-yours')
      if ((before.erased === true || command.only) && command.remains.length === 0) return refuse('nothing-to-change')
      return happen({ type: 'erased', remains: command.remains, ...(command.only && { only: command.only }) })

    case 'assign':
      if (actor.party !== 'staff') return refuse('not-yours')
      if (!isOpen(before.status) || before.status === 'answered') return refuse('not-open')
      if (command.routing.deputy !== null && before.accused.includes(command.routing.deputy)) return refuse('accused')
      return happen(routed(command.routing, command.cause, before, now, rules))

    case 'fall-due':
      if (actor.party !== 'system') return refuse('not-yours')
      return fallDue(before, command.routing, now, rules)
  }
}

/** What the clock does: first a reminder, then what follows from the deadline itself. */
function fallDue(before: Case, routing: Routing, now: Date, rules: Rules): Decision {
  const { due } = before
  if (due === null) return refuse('not-due')
  if (now < new Date(due.at)) {
    if (due.remindAt === null || now < new Date(due.remindAt)) return refuse('not-due')
    return happen({ type: 'reminded', action: due.action })
  }
  switch (due.action) {
    case 'judge': {
      const unjudged: CaseEvent = { type: 'evaluated', attitude: null, result: null }
      return before.promise === null ? happen(unjudged, { type: 'closed', reason: 'silence' }) : happen(unjudged)
    }
    case 'accept':
      return happen(routed(exceptWhoLetGo(routing, before), 'silence', before, now, rules))
    case 'complete': {
      const { outcome, words } = before.held!
      return happen({
        type: 'answered',
        outcome,
        words,
        judgeBy: after(now, rules.terms.judge, rules.calendar).toISOString(),
      })
    }
    case 'assign':
    case 'answer':
    case 'keep':
      return happen({
        type: 'supervised',
        level: before.supervision + 1,
        action: due.action,
        actBy: after(now, rules.terms.supervise, rules.calendar).toISOString(),
      })
  }
}

/**
 * Until when an answer that says nothing waits; null: it goes out at once. Nobody is asked twice, nor kept waiting past
 * the day they were told, nor in an emergency; a promise has a date, which is something.
 */
function sendHeldAt(before: Case, outcome: Outcome, now: Date, { terms, calendar }: Rules): Date | null {
  const waits = before.status === 'routed' || before.status === 'accepted' || before.status === 'promised'
  if (!waits || before.held !== undefined || outcome === 'B' || before.urgency === 'emergency') return null
  const deadline = new Date(before.promise?.keepBy ?? before.answerBy)
  if (deadline <= now) return null
  const wanted = after(now, terms.askBack, calendar)
  return wanted < deadline ? wanted : deadline
}

function routed(
  wanted: Routing,
  cause: RoutingCause,
  { accused, urgency }: Pick<Case, 'accused' | 'urgency'>,
  now: Date,
  { terms, calendar }: Rules,
): CaseEvent {
  // The last gate: whatever chose the deputy, one who is complained of never gets the case.
  const routing: Routing =
    wanted.deputy !== null && accused.includes(wanted.deputy)
      ? { deputy: null, station: null, reasons: [...wanted.reasons, 'accused:staff-decide'] }
      : wanted
  const actBy = after(
    now,
    routing.deputy === null && urgency === 'routine' ? terms.assign : terms.accept[urgency],
    calendar,
  )
  return {
    type: 'routed',
    deputy: routing.deputy,
    station: routing.station,
    cause,
    reasons: routing.reasons,
    actBy: isoTime(actBy),
    remindAt: remindBefore(actBy, terms.remindHours, now),
  }
}

/** A case never goes back by itself to a deputy who let it go, whatever the routing said. */
function exceptWhoLetGo(routing: Routing, before: Case): Routing {
  if (routing.deputy === null) return routing
  if (routing.deputy !== before.deputy && !before.passedBy.includes(routing.deputy)) return routing
  return { deputy: null, station: null, reasons: [...routing.reasons, 'holder-let-go'] }
}

function happen(...events: CaseEvent[]): Decision {
  return { ok: true, events }
}

function refuse(refusal: Refusal): Decision {
  return { ok: false, refusal }
}
