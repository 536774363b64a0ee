/** A question we asked. A choice has `options`: a topic's path, a place's code, or `apart` and `together`. */
export interface Asked {
  what: 'place' | 'town' | 'matter' | 'why' | 'topic' | 'split'
  caseId: string
  at: string
  options?: string[]
  /** How many were asked about this case, this one included; left out for the first. */
  nth?: number
}

/** What the dialogue remembers of one contact between messages; lies in the ledger beside the contact. */
export interface Memory {
  /** The QR code they last scanned. */
  scene: string | null
  /** What we asked, and of which case, while the answer is awaited. */
  asked: Asked | null
  /** A question of theirs that was answered in the city's words: a person answers it when they ask for one. */
  quoted: { message: string; text: string } | null
  /** They asked for it before saying what it is about. */
  anonymousNext: boolean
  /** Wrong one-time codes, of whichever kind, in the hour since `since`. */
  wrongCodes: { count: number; since: string } | null
  /** When they asked to be unbound, while the confirmation is awaited. */
  unbindAsked: string | null
  /** When they last said or did something, by their platform's clock: what is older is late news. */
  lastSaidAt: string | null
}

export const freshMemory: Memory = {
  scene: null,
  asked: null,
  quoted: null,
  anonymousNext: false,
  wrongCodes: null,
  unbindAsked: null,
  lastSaidAt: null,
}

/** Reads what an older version may have stored. */
export function recall(stored: unknown): Memory {
  return { ...freshMemory, ...(stored as Partial<Memory> | null) }
}
