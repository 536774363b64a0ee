import type { Inbound } from '#channels'
import type { Actor, Command, Rules, Words } from '#cases'
import type { BindingCode, SeenContact, Unsaid } from '#store'
import type { Desk } from '../desk.ts'
import type { Entry, WorkingSet } from '../working-set.ts'
import type { Memory } from './memory.ts'

/** The contact as the dialogue may change it. */
export interface Speaker {
  id: string
  /** All contacts of the same resident, this one among them. */
  accounts: string[]
  personId: string | null
  /** For people on the rolls: their other accounts. */
  others: string[]
  boundAt: string | null
  following: boolean
  memory: Memory
  /** What was last pushed to them of cases, latest first. */
  pushed: SeenContact['pushed']
  /** What was sent to them and may not have arrived. */
  unsaid: Unsaid[]
}

/** One message and all that is needed to answer it. */
export interface Turn {
  inbound: Inbound
  speaker: Speaker
  /** The words as stored; null for an event. */
  words: { text: string; spoken: boolean; reference: Words } | null
  cases: WorkingSet
  desk: Desk
  now: Date
  /** ISO 8601; by the speaker's platform. */
  saidAt: string
  nextSerial: () => number
  /** What this code binds, if it is good. */
  codeOwner: (code: string) => BindingCode | null
  /** All contacts of the resident whose conversation this code picks up, if it is good. */
  pickupOf: (code: string) => string[] | null
  /** Whether the speaker's platform shows answers to tap. */
  canTap: boolean
  /** Whether one-time codes are taken here: not where addresses cost nothing, and guessing neither. */
  takesCodes: boolean
}

/** What a message was taken as, and what is said at once; null: nothing. */
export interface Reply {
  answer: string | null
  meaning: string
  caseId: string | null
  /** What is said to the speaker alone, where the answer is read by a whole group. */
  privately?: string
  /** The words as they are passed on, where the message held a command besides. */
  relayed?: string
  /** A binding code that is used up now. */
  redeemed?: string
  /** A code by which a conversation was picked up. */
  pickedUp?: string
  /** The speaker's account is nobody's on the rolls any more. */
  unbound?: true
  /** The resident for whom a grid worker reported: somebody new. */
  represented?: string
  /** What is told besides: to other accounts, never a word of a case; or to the speaker, about the case named. */
  tell?: { contactId: string; template: string; text: string; caseId?: string }[]
  /** Words that were said before or among others, and now open a case of their own. */
  parts?: Part[]
}

/** Words taken out of a message, kept as a message of their own: a case has its words to itself. */
export interface Part {
  id: string
  caseId: string
  text: string
  /** Of which message they are. */
  extra: { of: string }
  salt: string
}

export const reply = (meaning: string, answer: string | null, caseId: string | null = null): Reply => ({
  meaning,
  answer,
  caseId,
})

/** Carries a command out for the speaker of this turn; `placeText` is what they called the place, if they did. */
export function perform(
  turn: Turn,
  id: string,
  command: Command,
  actor: Actor,
  placeText: string | null = null,
): ReturnType<WorkingSet['act']> {
  const spoke =
    actor.party === 'resident' || actor.party === 'grid_worker'
      ? { at: turn.saidAt, text: turn.words?.text ?? null, placeText }
      : null
  return turn.cases.act(id, command, actor, turn.now, turn.desk.rules satisfies Rules, spoke)
}

/** The entry's chain end, short enough to be written down: what a resident can hold against the ledger later. */
export function proofOf(entry: Entry): string {
  return entry.headHash.slice(0, 12)
}
