/** Who did it. `system` is the clock's doing: a lapse, a reminder, a routing. */
export type Actor =
  | { party: 'resident'; id: string }
  | { party: 'deputy'; id: string }
  | { party: 'staff'; id: string }
  /** Reports, and answers, for a resident who has no phone. */
  | { party: 'grid_worker'; id: string }
  | { party: 'system' }

/** Words that were said, by reference: the message that holds them, and a salted commitment to what they were. */
export interface Words {
  message: string
  commitment: string
}

/** A message whose words were erased, and a commitment to what is left of them. */
export interface ErasedWords {
  message: string
  commitment: string | null
}

/** A: solved. B: being solved or planned, with a date. C: not now. D: for reference. */
export const outcomes = ['A', 'B', 'C', 'D'] as const
export type Outcome = (typeof outcomes)[number]

/** 3 满意, 2 基本满意, 1 不满意 */
export type Grade = 1 | 2 | 3

/** Why a case went where it went. */
export type RoutingCause = 'opened' | 'classified' | 'declined' | 'silence' | 'staff' | 'promised'

/**
 * What happened to a case. Ids, dates and commitments only: never words, names or numbers of people.
 * Dates are ISO 8601 in UTC. Every deadline stands in the event that set it, so that replaying needs no calendar.
 */
export type CaseEvent =
  | {
      type: 'opened'
      number: string
      resident: string
      /** The grid worker by whose hand it came, and through whom the resident is reached; left out for anybody else's. */
      through?: string
      scene: string | null
      kind: string
      topic: string | null
      /** What it may be about, likeliest first, where that was not sure; left out where it was. */
      guesses?: string[]
      /** The most specific place known, by code: what the resident called it is words, and stays out. */
      place: string | null
      region: string | null
      urgency: 'routine' | 'urgent' | 'emergency'
      accused: string[]
      answerBy: string
      words: Words
      reasons: string[]
    }
  | { type: 'supplemented'; words: Words }
  | {
      type: 'classified'
      kind?: string
      topic?: string | null
      place?: string
      region?: string
      urgency?: 'routine' | 'urgent' | 'emergency'
      accused?: string[]
    }
  | {
      type: 'routed'
      /** The deputy who is to accept it; null: staff are to find one. */
      deputy: string | null
      station: string | null
      cause: RoutingCause
      reasons: string[]
      actBy: string
      remindAt: string | null
    }
  | { type: 'accepted'; remindAt: string | null }
  | { type: 'declined'; words: Words }
  | { type: 'progressed'; words: Words }
  /**
   * The answer holds nothing that could be checked: the deputy is asked to say more, once, and at `sendAt` it goes out as
   * it is. `tail`: so many characters at the end of its message are the answer itself.
   */
  | { type: 'queried'; outcome: Outcome; words: Words; tail: number; sendAt: string }
  /** The deputy wants the answer that waits to go out as it is. */
  | { type: 'released' }
  | { type: 'answered'; outcome: Outcome; words: Words; judgeBy: string }
  /** The answer carries a date by which a second answer is owed. */
  | { type: 'promised'; keepBy: string; remindAt: string | null }
  /** Nulls: the resident let the time pass. */
  | { type: 'evaluated'; attitude: Grade | null; result: Grade | null }
  | { type: 'reopened'; answerBy: string; remindAt: string | null }
  | { type: 'reminded'; action: DueAction }
  /** A deadline passed: staff look into it, a level higher each time. */
  | { type: 'supervised'; level: number; action: DueAction; actBy: string }
  /** The resident's identity is kept from everybody who handles the case. */
  | { type: 'corrected'; anonymous: true }
  | { type: 'withdrawn' }
  /**
   * The resident is to be forgotten: their words were taken away, or cut down to the matter. From here on the commitments
   * named hold for what is left; null: nothing is. `only`: it was one account of several, and the case keeps its resident.
   */
  | { type: 'erased'; remains: ErasedWords[]; only?: 'words' }
  | { type: 'closed'; reason: 'judged' | 'silence' }

export type DueAction = 'accept' | 'assign' | 'answer' | 'complete' | 'judge' | 'keep'
