import type { DueAction, Grade, Outcome, Words } from './event.ts'

/**
 * - `triage`: staff are to find who answers
 * - `routed`: a deputy is to accept
 * - `accepted`: the deputy is to answer
 * - `answered`: the resident is to judge
 * - `promised`: judged or let pass, and a second answer is owed by a date
 * - `closed`, `withdrawn`: nobody owes anything
 */
export type Status = 'triage' | 'routed' | 'accepted' | 'answered' | 'promised' | 'closed' | 'withdrawn'

/** Who must act next, on what, by when. */
export interface Due {
  party: 'deputy' | 'staff' | 'resident'
  action: DueAction
  /** ISO 8601, UTC */
  at: string
  /** When they are reminded, if they haven't been. */
  remindAt: string | null
}

/** One matter as it stands: what its timeline adds up to. Plain JSON, so that it is stored as it is. */
export interface Case {
  id: string
  number: string
  status: Status
  /** The number of events so far. */
  version: number
  /** The contact who reported it. */
  resident: string
  /** The grid worker who reported it for them and is the way back; left out where residents write themselves. */
  through?: string
  scene: string | null
  kind: string
  topic: string | null
  /** What it may be about, likeliest first, while nobody has said which; left out where it was sure. */
  guesses?: string[]
  /** The most specific place known, by code. */
  place: string | null
  region: string | null
  urgency: 'routine' | 'urgent' | 'emergency'
  /** Deputies it complains of: they never see it. */
  accused: string[]
  anonymous: boolean
  /** The resident was forgotten: nobody is left to tell or to ask. */
  erased?: true
  /** Who holds it; null while in triage. */
  deputy: string | null
  station: string | null
  /** Deputies who declined it or let it lapse; routing passes them by. */
  passedBy: string[]
  openedAt: string
  /** The day the resident was told. Only a reopening sets a new one. */
  answerBy: string
  /** The last answer, and the message that holds its words. */
  answer: { outcome: Outcome; at: string; message: string } | null
  /** An answer that waits while its deputy is asked to say more; left out where none does. */
  held?: HeldAnswer
  /** A promise that is still to be kept: its date, and when to remind of it. */
  promise: { keepBy: string; remindAt: string | null } | null
  judgement: { attitude: Grade | null; result: Grade | null } | null
  reopened: number
  /** 0, or the level of supervision reached. */
  supervision: number
  due: Due | null
  /** The messages that make it up, first to last. */
  words: string[]
}

/** An answer that has not gone out. */
export interface HeldAnswer {
  outcome: Outcome
  words: Words
  /** How many characters at the end of the message are the answer: what stands before them was said to us. */
  tail: number
}

/** The answer itself, of the message that holds it. */
export function heldWords({ tail }: HeldAnswer, text: string): string {
  return text.trim().slice(-tail)
}

/** Whether anybody still owes this case something. */
export function isOpen(status: Status): boolean {
  return status !== 'closed' && status !== 'withdrawn'
}

/** The next moment at which the clock has something to do on a case; null when nobody owes it anything. */
export function wakeAt(due: Due | null): string | null {
  return due ? (due.remindAt ?? due.at) : null
}
