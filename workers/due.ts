import type { Logger } from 'pino'
import { route } from '#cases'
import type { Case, Command, Routing } from '#cases'
import type { Directory } from '#config'
import type { Outcome } from '#queue'
import { applyToCase } from './apply.ts'
import type { ApplyTools } from './apply.ts'

/**
 * The clock has something to do on a case: remind, pass it on, supervise, close. The job only woke us; what is due is
 * read from the case itself, which may have moved on meanwhile.
 */
export function createDue(tools: ApplyTools, log: Logger) {
  return async function due({ caseId }: { caseId: string }): Promise<Outcome> {
    const applied = await applyToCase(tools, { id: caseId }, fallDue, { party: 'system' })
    if (applied.ok) {
      log.info({ case: caseId, status: applied.state.status, due: applied.state.due?.action ?? null }, 'fell due')
      return { do: 'done' }
    }
    // Answered or accepted in the meantime: nothing left to do.
    if (applied.refusal === 'not-due' || applied.refusal === 'unknown-case') return { do: 'done' }
    return { do: 'cancel', reason: applied.refusal }
  }
}

function fallDue(state: Case, directory: Directory): Command {
  return { type: 'fall-due', routing: nextInLine(state, directory) }
}

/** Who would get it if its deputy let go of it now. */
function nextInLine(state: Case, directory: Directory): Routing {
  const passedBy = state.deputy === null ? state.passedBy : [...state.passedBy, state.deputy]
  const place = state.place ?? state.region
  return route({ scene: state.scene, place, topic: state.topic, accused: state.accused, passedBy }, directory)
}
