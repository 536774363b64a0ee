import type { Finds } from '../finds.ts'
import type { UrgencyFound } from '../urgency.ts'
import type { Features } from './features.ts'
import type { Model } from './model.ts'

/** Which danger, where no rule named one: the first whose things are spoken of. */
const things: readonly [string, readonly string[]][] = [
  ['gas', ['gas-thing', 'hob', 'gas-wrong']],
  ['fire', ['fire-wrong', 'flames', 'smoke']],
  ['water', ['fell-in', 'in-water', 'flood']],
  ['electric', ['wire', 'wire-wrong']],
  ['collapse', ['falling', 'cave-in', 'still-inside']],
  ['self-harm', ['edge', 'farewell']],
  ['crime', ['weapon', 'beaten', 'fight', 'threat', 'at-the-door', 'dragged']],
  ['missing', ['not-back', 'lost']],
  ['medical', ['lifeless', 'hurt', 'poisoned', 'overturned', 'hit', 'fell', 'trapped', 'stuck']],
]

/** So much surer it must be where nothing dangerous is spoken of. */
const unnamed = 0.25

/** The rules' urgency, unless the head is sure of another. What is learnt is chat: of letters the rules decide alone. */
export function modelUrgency(ruled: UrgencyFound, model: Model, features: Features, finds: Finds): UrgencyFound {
  const bounds = model.header.danger
  const margin = model.dangerMargin(features)
  if (!bounds || margin === null) return ruled
  const said = `${model.header.version}, ${margin.toFixed(2)}`
  if (ruled.danger === null && margin > bounds.raise) {
    const named = things.find(([, lists]) => lists.some((list) => finds.has(list)))?.[0]
    if (named === undefined && margin < bounds.raise + unnamed) return ruled
    // Advice for another danger than it is would do harm.
    const danger = named ?? 'other'
    return { urgency: 'emergency', danger, reasons: [`danger:${danger}<${said}`] }
  }
  if (ruled.danger !== null && margin < bounds.refuse)
    return { urgency: 'urgent', danger: null, reasons: [...ruled.reasons, `no danger<${said}`] }
  return ruled
}
