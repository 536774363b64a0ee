import { isoTime } from '#base'
import type { Case } from './case.ts'
import type { Linked } from './chain.ts'
import { chain, chainStart } from './chain.ts'
import type { Circumstances, Command, Refusal } from './command.ts'
import { decide } from './decide.ts'
import type { Rules } from './decide.ts'
import { evolve } from './evolve.ts'

/** A case and the hash its chain ends with. */
export interface Held {
  case: Case
  headHash: string
}

/** One command carried out: the events to be added, and the case they make. */
export interface Done {
  ok: true
  before: Case | null
  after: Held
  events: Linked[]
}

/** Decides, evolves and chains in one go: all that a caller needs before it writes to the ledger. */
export function act(
  id: string,
  held: Held | null,
  command: Command,
  circumstances: Circumstances,
  rules: Rules,
): Done | { ok: false; refusal: Refusal } {
  const before = held?.case ?? null
  const decision = decide(before, command, circumstances, rules)
  if (!decision.ok) return decision

  const at = isoTime(circumstances.now)
  const events: Linked[] = []
  let after = before
  let headHash = held?.headHash ?? chainStart(id)
  for (const event of decision.events) {
    // A deputy's first word also accepts, and a lapse also routes: each event has the same moment and the same actor.
    const chained = chain(headHash, { seq: (after?.version ?? 0) + 1, at, actor: circumstances.actor, event })
    events.push(chained)
    after = evolve(id, after, chained)
    headHash = chained.hash
  }
  return { ok: true, before, after: { case: after!, headHash }, events }
}
