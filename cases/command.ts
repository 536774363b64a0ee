import type { Actor, ErasedWords, Grade, Outcome, RoutingCause, Words } from './event.ts'
import type { Routing } from './route.ts'

/** What somebody wants to happen to a case. */
export type Command =
  | {
      type: 'open'
      id: string
      number: string
      /** For whom a grid worker reports it; a resident reports for themselves. */
      resident?: string
      scene: string | null
      kind: string
      topic: string | null
      guesses?: string[]
      place: string | null
      region: string | null
      urgency: 'routine' | 'urgent' | 'emergency'
      accused: string[]
      words: Words
      reasons: string[]
      routing: Routing
    }
  | { type: 'supplement'; words: Words }
  /** More is known about it now; `routing` when that changes who answers. */
  | {
      type: 'classify'
      kind?: string
      place?: string
      region?: string
      topic?: string
      urgency?: 'urgent' | 'emergency'
      accused?: string[]
      routing: Routing | null
    }
  | { type: 'accept' }
  | { type: 'decline'; words: Words; routing: Routing }
  | { type: 'progress'; words: Words }
  /** `askBack`: it says nothing, and is to wait while the deputy is asked for more; with where its words stand. */
  | { type: 'answer'; outcome: Outcome; words: Words; keepBy: Date | null; askBack?: { tail: number } | null }
  /** The answer that waits is to go out as it is. */
  | { type: 'release' }
  | { type: 'evaluate'; attitude: Grade; result: Grade }
  | { type: 'anonymise' }
  | { type: 'withdraw' }
  /** The resident is to be forgotten, in these words of theirs. */
  | { type: 'erase'; remains: ErasedWords[]; only?: 'words' }
  /** A clerk names who answers. */
  | { type: 'assign'; routing: Routing; cause: RoutingCause }
  /** The clock looks at what is due; `routing` is where it would go if its deputy kept silent. */
  | { type: 'fall-due'; routing: Routing }

/** Why a command can't be done. Each has words of its own in templates/. */
export type Refusal =
  | 'unknown-case'
  | 'not-yours'
  | 'accused'
  | 'already-open'
  | 'already-accepted'
  | 'not-open'
  | 'not-answered'
  | 'nothing-waits'
  | 'already-judged'
  | 'promise-needs-date'
  | 'promise-date-past'
  | 'not-due'
  | 'nothing-to-change'

export interface Circumstances {
  now: Date
  actor: Actor
}
