import type { Case, Linked } from '#cases'

/** A message to be stored, or as stored. */
export interface MessageRow {
  id: string
  channel: string
  dedupeKey: string
  nonce: string | null
  contactId: string | null
  caseId: string | null
  type: string
  text: string | null
  extra: unknown
  salt: string | null
  meaning: string
  answer: string | null
  saidAt: string
  receivedAt: string
}

export interface ContactRow {
  id: string
  channel: string
  personId: string | null
  boundAt: string | null
  following: boolean
  dialogue: unknown
  windows: SendWindow[]
  lastHeardAt: string
  createdAt: string
}

/** So many sends until then. Counted here, because the platform only says when it is too late. */
export interface SendWindow {
  kind: string
  until: string
  left: number
}

/** A case with what the dialogue needs besides. */
export interface CaseRow {
  state: Case
  headHash: string
  lastSaidAt: string
  /** The words that opened it; null for a case that is over, or where they were erased. */
  firstText: string | null
  /** What the resident called the place. */
  placeText: string | null
  /** The message of its last answer, as the deputy wrote it. */
  answerText: string | null
}

/** A change to one case: the events to append and the case they make. */
export interface CaseWrite {
  state: Case
  headHash: string
  lastSaidAt: string
  placeText: string | null
  events: Linked[]
}

/** Something to be told to one person. */
export interface DeliveryRow {
  id: string
  lane: string
  contactId: string | null
  personId: string | null
  caseId: string | null
  template: string
  text: string
  /** Set when there is nobody to send it to: the row is kept, with why. */
  refused: string | null
  createdAt: string
}

/** A job to be queued once this transaction is committed. */
export interface OutboxRow {
  name: string
  payload: unknown
}

/** An account that left: what was theirs until `upTo` is to be erased. */
export interface ErasureRow {
  id: string
  contactId: string
  /** The message by which they left. */
  messageId: string
  /** Whose account it was, for people on the rolls. */
  personId: string | null
  upTo: string
  askedAt: string
}

/** A picture, voice or video that came with a message and is still with the platform. */
export interface MediaRow {
  id: string
  messageId: string
  createdAt: string
}
