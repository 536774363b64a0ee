import { route } from '#cases'
import type { Case, Routing } from '#cases'
import type { Directory } from '#config'
import { applyToCase } from './apply.ts'
import type { Applied, ApplyTools } from './apply.ts'

/** What a clerk found to be otherwise. */
export interface Corrected {
  topic?: string
  kind?: string
  /** The code of a place. */
  place?: string
}

/**
 * A clerk sets right what was understood of a case; the reader learns from it (`mashang train --from-ledger`). A case that
 * waits for staff goes to whoever answers for what it is now known to be, and one outside its deputy's area to another
 * deputy, unless it was accepted.
 */
export function correct(tools: ApplyTools, number: string, right: Corrected, staff: string): Promise<Applied> {
  return applyToCase(
    tools,
    { number },
    (state, directory) => {
      const where = right.place === undefined ? {} : { place: right.place, region: right.place }
      const routing = movesOn(state, right, directory) ? routingFor(state, right, directory, staff) : null
      return { type: 'classify', ...right, ...where, routing }
    },
    { party: 'staff', id: staff },
  )
}

function movesOn({ deputy }: Case, { place }: Corrected, { deputies, ancestors }: Directory): boolean {
  if (deputy === null) return true
  const area = deputies.find(({ id }) => id === deputy)?.region
  return place !== undefined && area !== undefined && !ancestors(place).includes(area)
}

/** Null where routing finds nobody: then the case stays where it is. */
function routingFor(state: Case, right: Corrected, directory: Directory, staff: string): Routing | null {
  const { scene, accused, passedBy } = state
  const place = right.place ?? state.place ?? state.region
  const topic = right.topic ?? state.topic
  const found = route({ scene, place, topic, accused, passedBy }, directory)
  return found.deputy === null ? null : { ...found, reasons: [...found.reasons, `corrected-by:${staff}`] }
}
