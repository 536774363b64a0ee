import { canonicalJson, sha256 } from '#base'
import type { Recorded } from './evolve.ts'

/** An event as the ledger keeps it: each hash covers the one before, so nothing can be taken out or rewritten unseen. */
export interface Chained extends Recorded {
  hash: string
  previous: string
}

/** What the first event of a case is chained to. */
export function chainStart(caseId: string): string {
  return sha256(`case ${caseId}`)
}

export function chain(previous: string, recorded: Recorded): Chained {
  return { ...recorded, previous, hash: hashOf(previous, recorded) }
}

/** The first fault of a stored timeline, in words; null when it is whole. */
export function findBreak(caseId: string, timeline: readonly Chained[]): string | null {
  let previous = chainStart(caseId)
  for (const [index, stored] of timeline.entries()) {
    if (stored.seq !== index + 1) return `event ${index + 1} is missing`
    if (stored.previous !== previous) return `event ${stored.seq} does not follow the one before it`
    if (stored.hash !== hashOf(previous, stored)) return `event ${stored.seq} was altered`
    previous = stored.hash
  }
  return null
}

function hashOf(previous: string, { seq, at, actor, event }: Recorded): string {
  return sha256(`${previous}\n${canonicalJson({ seq, at, actor, event })}`)
}
