import { routeByCorrection } from '#cases'
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
      const found = routeByCorrection(state, right, directory)
      const routing = found && { ...found, reasons: [...found.reasons, `corrected-by:${staff}`] }
      return { type: 'classify', ...right, ...where, routing }
    },
    { party: 'staff', id: staff },
  )
}
