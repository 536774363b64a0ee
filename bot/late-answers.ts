import type pg from 'pg'
import type { Clock } from '#base'
import type { Inbound } from '#channels'
import { answerLater, answerNow } from '#store'

/** What becomes of an answer that was ready too late to be given as the reply to a push. */
export interface LateAnswers {
  /** Has it sent as a message of its own, once; `hungUp`: the platform has gone and will push the same again. */
  tellLater(inbound: Inbound, hungUp: boolean): Promise<void>
  /** Whether the reply to a repetition may still hold it: not once it is on its way as a message. */
  mayTellNow(inbound: Inbound): Promise<boolean>
}

/** Who hung up asks again within this, and an answer to that costs no quota. */
const repetitionWithinMs = 6_000

export function createLateAnswers(pool: pg.Pool, clock: Clock): LateAnswers {
  return {
    tellLater: ({ channel, dedupeKey }, hungUp) => {
      const now = clock()
      const notBefore = new Date(now.getTime() + (hungUp ? repetitionWithinMs : 0))
      return answerLater(pool, { channel, dedupeKey }, now, notBefore)
    },
    mayTellNow: ({ channel, dedupeKey }) => answerNow(pool, { channel, dedupeKey }, clock()),
  }
}
