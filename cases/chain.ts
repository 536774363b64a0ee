import { canonicalJson, sha256 } from '#base'
import type { Recorded } from './evolve.ts'

/** An event as the ledger keeps it: each hash covers the one before, so nothing can be taken out or rewritten unseen. */
export interface Chained extends Recorded {
  hash: string
  previous: string
}

/** An event on its way into the ledger, with its documents as they were hashed: they are stored to the letter. */
export interface Linked extends Chained {
  actorJson: string
  eventJson: string
}

/** What the first event of a case is chained to. */
export function chainStart(caseId: string): string {
  return sha256(`case ${caseId}`)
}

export function chain(previous: string, { seq, at, actor, event }: Recorded): Linked {
  const actorJson = canonicalJson(actor)
  const eventJson = canonicalJson(event)
  return {
    seq,
    at,
    actor,
    event,
    previous,
    hash: hashOf(previous, seq, at, actorJson, eventJson),
    actorJson,
    eventJson,
  }
}

/** The first fault of a stored timeline, in words; null when it is whole. */
export function findBreak(caseId: string, timeline: readonly Chained[]): string | null {
  let previous = chainStart(caseId)
  for (const [index, stored] of timeline.entries()) {
    if (stored.seq !== index + 1) return `event ${index + 1} is missing`
    if (stored.previous !== previous) return `event ${stored.seq} does not follow the one before it`
    if (stored.hash !== chain(previous, stored).hash) return `event ${stored.seq} was altered`
    previous = stored.hash
  }
  return null
}

/** Over the canonical JSON of the record: `{ actor, at, event, seq }`. */
function hashOf(previous: string, seq: number, at: string, actorJson: string, eventJson: string): string {
  return sha256(`${previous}\n{"actor":${actorJson},"at":${canonicalJson(at)},"event":${eventJson},"seq":${seq}}`)
}
