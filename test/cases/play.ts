import * as fc from 'fast-check'
import { act, noticesOf } from '#cases'
import type { Actor, Case, Chained, Command, Held, Notice, Refusal, Routing, Rules } from '#cases'

export const day = 24 * 3_600_000
export const start = new Date('2026-11-23T02:00:00.000Z')
export const caseId = 'case-1'

export const rules: Rules = {
  terms: {
    accept: { routine: { workingDays: 1 }, urgent: { hours: 2 }, emergency: { hours: 2 } },
    assign: { workingDays: 1 },
    answer: { routine: { workingDays: 7 }, urgent: { hours: 24 }, emergency: { hours: 24 } },
    judge: { days: 7 },
    askBack: { hours: 2 },
    supervise: { workingDays: 1 },
    remindHours: 4,
    remindPromiseDays: 7,
  },
  // Every day is worked: the city's calendar has tests of its own.
  calendar: { addWorkingDays: (from, days) => new Date(from.getTime() + days * day) },
}

export const deputies = ['d1', 'd2', 'd3', 'd4'] as const
const parties: Actor[] = [
  { party: 'resident', id: 'r1' },
  { party: 'resident', id: 'r2' },
  ...deputies.map((id) => ({ party: 'deputy', id }) as const),
  { party: 'staff', id: 's1' },
  { party: 'system' },
]

export const to = (deputy: string | null): Routing => ({
  deputy,
  station: deputy === null ? null : 'station',
  reasons: ['test'],
})
export const words = (message: string) => ({ message, commitment: 'c'.repeat(64) })

export const opening = (more: Partial<Extract<Command, { type: 'open' }>> = {}): Command => ({
  type: 'open',
  id: caseId,
  number: '1042-9',
  scene: null,
  kind: 'appeal',
  topic: null,
  place: null,
  region: null,
  urgency: 'routine',
  accused: [],
  words: words('m0'),
  reasons: [],
  routing: to('d1'),
  ...more,
})

/** Whoever may give a command on a case. */
export function mayGive(command: Command, { party, id }: { party: string; id?: string }, known: Case | null): boolean {
  switch (command.type) {
    case 'open':
      return party === 'resident'
    case 'supplement':
    case 'evaluate':
    case 'anonymise':
    case 'withdraw':
      return party === 'resident' && id === known?.resident
    case 'accept':
    case 'decline':
    case 'progress':
    case 'answer':
    case 'release':
      return party === 'deputy' && known !== null && id === known.deputy
    case 'erase':
      return party === 'staff' || party === 'system'
    case 'classify':
      return party === 'staff' || party === 'system' || (party === 'resident' && id === known?.resident)
    case 'assign':
      return party === 'staff'
    case 'fall-due':
      return party === 'system'
  }
}

export interface Step {
  command: Command
  actor: Actor
  now: Date
  before: Held | null
  done: { ok: true; after: Held; events: Chained[]; notices: Notice[] } | { ok: false; refusal: Refusal }
}

/** What a generated step asks for; who says it and when is settled against the case as it then is. */
export interface Wish {
  command: Command
  /** 0: whoever is right; else one of all parties, right or not. */
  by: number
  /** How long after the step before, or just when something falls due. */
  wait: number | 'until-due' | 'until-reminder'
}

const routing = fc.option(fc.constantFrom(...deputies), { freq: 4 }).map(to)
const grade = fc.constantFrom(1 as const, 2 as const, 3 as const)
const urgency = fc.constantFrom('routine' as const, 'urgent' as const, 'emergency' as const)
const message = fc.integer({ min: 1, max: 99 }).map((n) => words(`m${n}`))
const someAccused: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.subarray<string>([...deputies], { maxLength: 2 }) },
)

const openings: fc.Arbitrary<Command> = fc
  .record({ urgency, accused: someAccused, routing })
  .map((more) => opening(more))
const later: fc.Arbitrary<Command> = fc.oneof(
  message.map((said): Command => ({ type: 'supplement', words: said })),
  fc
    .record(
      {
        kind: fc.constantFrom('appeal', 'praise'),
        topic: fc.constantFrom('城乡建设', '民政'),
        place: fc.constant('p1'),
        urgency: fc.constantFrom('urgent' as const, 'emergency' as const),
        accused: fc.subarray<string>([...deputies], { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: [] },
    )
    .chain((known) => fc.option(routing).map((routing): Command => ({ type: 'classify', ...known, routing }))),
  fc.constant<Command>({ type: 'accept' }),
  fc.record({ words: message, routing }).map((more): Command => ({ type: 'decline', ...more })),
  message.map((said): Command => ({ type: 'progress', words: said })),
  fc
    .record({
      outcome: fc.constantFrom('A' as const, 'B' as const, 'C' as const, 'D' as const),
      words: message,
      keepBy: fc.option(fc.integer({ min: 0, max: 200 }).map((days) => new Date(start.getTime() + days * day))),
      askBack: fc.option(fc.constant({ tail: 4 })),
    })
    .map((more): Command => ({ type: 'answer', ...more })),
  fc.record({ attitude: grade, result: grade }).map((more): Command => ({ type: 'evaluate', ...more })),
  fc.constant<Command>({ type: 'release' }),
  fc.constant<Command>({ type: 'anonymise' }),
  fc.constant<Command>({ type: 'withdraw' }),
  routing.map((routing): Command => ({ type: 'assign', routing, cause: 'staff' })),
  fc
    .record({ said: message, only: fc.constantFrom({}, { only: 'words' as const }) })
    .map(({ said, only }): Command => ({
      type: 'erase',
      remains: [{ message: said.message, commitment: null }],
      ...only,
    })),
)
const falling: fc.Arbitrary<Command> = routing.map((routing) => ({ type: 'fall-due', routing }))

const wish = (command: fc.Arbitrary<Command>, waits: fc.Arbitrary<Wish['wait']>): fc.Arbitrary<Wish> =>
  fc.record({
    command,
    by: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(parties.length) }),
    wait: waits,
  })
const anyWait = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * day }), fc.integer({ min: 0, max: 40 * day }))

/** Ways that chance alone rarely goes: answered, promised and not judged. */
const wayThere: Wish[] = [
  { command: { type: 'accept' }, by: 0, wait: 0 },
  {
    command: { type: 'answer', outcome: 'B', words: words('m1'), keepBy: new Date(start.getTime() + 60 * day) },
    by: 0,
    wait: 0,
  },
  { command: { type: 'fall-due', routing: to(null) }, by: 0, wait: 'until-due' },
]

/** An opening and what people and the clock do to it then. */
export const stories: fc.Arbitrary<Wish[]> = fc
  .tuple(
    wish(openings, fc.constant(0)),
    fc.integer({ min: 0, max: wayThere.length }),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: wish(later, anyWait) },
        { weight: 1, arbitrary: wish(openings, anyWait) },
        { weight: 2, arbitrary: wish(falling, fc.constantFrom<Wish['wait']>('until-due', 'until-reminder', 0)) },
      ),
      { maxLength: 30 },
    ),
  )
  .map(([first, far, rest]) => [{ ...first, by: 0 }, ...wayThere.slice(0, far), ...rest])

/** Plays a story out: every step that was tried, whatever came of it. */
export function play(story: readonly Wish[]): Step[] {
  let now = start
  let held: Held | null = null
  const steps: Step[] = []
  for (const { command, by, wait } of story) {
    const due = held?.case.due
    const until = wait === 'until-due' ? due?.at : wait === 'until-reminder' ? (due?.remindAt ?? due?.at) : undefined
    if (typeof wait === 'number') now = new Date(now.getTime() + wait)
    else if (until !== undefined) now = new Date(Math.max(now.getTime(), new Date(until).getTime()))
    const right = parties.find((party) => mayGive(command, party, held?.case ?? null))
    const actor: Actor = (by === 0 ? right : parties[by - 1]) ?? { party: 'system' }
    const before: Held | null = held
    const done = act(caseId, held, command, { now, actor }, rules)
    if (!done.ok) {
      steps.push({ command, actor, now, before, done })
      continue
    }
    const notices = noticesOf(done.before, done.events, done.after.case)
    steps.push({ command, actor, now, before, done: { ok: true, after: done.after, events: done.events, notices } })
    held = done.after
  }
  return steps
}

/** The steps that came to something, and the timeline they make. */
export function outcomeOf(steps: readonly Step[]) {
  const done = steps.flatMap((step) => (step.done.ok ? [{ ...step, ...step.done }] : []))
  return { done, timeline: done.flatMap(({ events }) => events), last: done.at(-1)?.after ?? null }
}
