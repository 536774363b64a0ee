import { isOpen } from '#cases'
import { similarity } from '#understanding'
import type { Reading } from '#understanding'
import type { Directory } from '#config'
import type { Entry } from '../working-set.ts'
import type { Memory } from './memory.ts'

export interface Said {
  text: string
  spoken: boolean
  /** Null for a picture and the like. */
  reading: Reading | null
  saidAt: Date
}

/** From this many characters on a message is a letter of its own, not a word added to another. */
const letterLength = 60
const mediaJoinHours = 24
const sameMatter = 0.5
const sameLetter = 0.35
const sureTopic = 0.6
const hourMs = 3_600_000

export function isLetter(text: string): boolean {
  // A character is one or two units: most need no counting.
  if (text.length < letterLength) return false
  return text.length >= 2 * letterLength || [...text].length >= letterLength
}

/**
 * Which of the resident's open cases a message belongs to; null: it is a matter of its own. `cases` newest first.
 * Times are the resident's, not ours: a message that was long on its way still joins what it was written for.
 */
export function caseToJoin(
  said: Said,
  cases: readonly Entry[],
  memory: Memory,
  joinMinutes: number,
  directory: Directory,
): Entry | null {
  if (cases.length === 0) return null
  const open = cases.filter((entry) => isOpen(entry.case.status) && mayHold(entry, said.reading))
  const recentMs = (entry: Entry) => Math.abs(said.saidAt.getTime() - new Date(entry.lastSaidAt).getTime())
  const byRecency = [...open].sort((a, b) => recentMs(a) - recentMs(b))
  const latest = byRecency[0]
  if (!latest) return null

  if (!said.spoken) return recentMs(latest) <= mediaJoinHours * hourMs ? latest : null

  // A choice is answered in so many words: whatever else is said is no answer to it.
  const isOpenQuestion = memory.asked !== null && memory.asked.what !== 'topic' && memory.asked.what !== 'split'
  const asked = isOpenQuestion ? open.find((entry) => entry.case.id === memory.asked!.caseId) : undefined
  const atLength = isLetter(said.text)
  if (asked && !atLength && !isAnotherMatter(said.reading, asked, directory)) return asked

  // The same thing said again belongs to what was said before, however long ago.
  const repeated = open.find(
    (entry) =>
      entry.firstText !== null && similarity(entry.firstText, said.text) >= (atLength ? sameLetter : sameMatter),
  )
  if (repeated) return repeated
  if (atLength && (latest.firstText === null || isLetter(latest.firstText))) return null
  if (recentMs(latest) > joinMinutes * 60_000) return null
  if (memory.scene !== latest.case.scene) return null
  return isAnotherMatter(said.reading, latest, directory) ? null : latest
}

/**
 * A complaint about a deputy never joins a case that other eyes see, and a danger to life never waits inside a routine
 * one: both are matters of their own.
 */
export function mayHold({ case: known }: Entry, reading: Reading | null): boolean {
  if (reading === null) return true
  if (reading.accused.some((id) => !known.accused.includes(id))) return false
  return reading.urgency !== 'emergency' || known.urgency === 'emergency'
}

function isAnotherMatter(reading: Reading | null, entry: Entry, directory: Directory): boolean {
  if (reading === null) return false
  // A guess is no reason to take apart what was said in one breath.
  if (reading.topic === null || reading.topicConfidence < sureTopic) return false
  const first = (topic: string) => topic.split('/')[0]
  const known = entry.case.guesses === undefined ? entry.case.topic : null
  if (known !== null && first(reading.topic) !== first(known)) return true
  const here = reading.place?.code ?? null
  const there = entry.case.place
  if (here === null || there === null) return false
  return !directory.ancestors(here).includes(there) && !directory.ancestors(there).includes(here)
}
