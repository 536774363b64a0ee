import { randomUUID } from 'node:crypto'
import { commit, newId } from '#base'
import { committedWords } from '#store'
import type { Part, Turn } from './turn.ts'

/**
 * The turn as if these words had been said alone, and the message that holds them once a case was opened with them.
 * `of` names the message they were said in, which stays as it is.
 */
export function takenOut(turn: Turn, text: string, of: string): { turn: Turn; part: (caseId: string) => Part } {
  const id = newId(turn.now.getTime())
  const salt = randomUUID()
  const extra = { of }
  const reference = { message: id, commitment: commit(salt, committedWords(text, extra)) }
  return {
    turn: { ...turn, words: { text, spoken: true, reference } },
    part: (caseId) => ({ id, caseId, text, extra, salt }),
  }
}
