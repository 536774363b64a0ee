import type { Room } from '#channels'
import type { Reading } from '#understanding'
import { ownMatter, readCommand } from './commands.ts'
import { readDeputyWord } from './deputy-words.ts'
import { dangerOf, report } from './report.ts'
import { hearResident } from './resident.ts'
import { reply } from './turn.ts'
import type { Reply, Turn } from './turn.ts'

/**
 * Words said in a group, where everybody reads the answer: it is short, and names no person, place, phone or address.
 * What else there is to say goes to the speaker alone. A matter can be told here; everything else belongs in private.
 */
export function converseInRoom(turn: Turn, { heard }: Room): Reply {
  const { words, speaker, desk } = turn
  if (words === null) return reply('ignored', null)
  const spoken = words.spoken ? words.text.trim() : null
  const told = matterOf(turn, spoken)
  if (told === null) {
    return reply('refused', heard === 'addressed' ? desk.say('room-private', { private: false }) : null)
  }
  // Who is listened to has not asked us anything: only a matter brought it here.
  const reading = heard === 'listening' && spoken !== null ? desk.reader.read(spoken, { setting: 'group' }) : null
  const full = reading ? report(told, reading) : hearResident(told)
  return { ...full, ...inPublic(told, full, heard, speaker.following) }
}

/** The turn with nothing but the matter in it; null for what must be said in private. */
function matterOf(turn: Turn, spoken: string | null): Turn | null {
  if (spoken === null) return turn
  if (readCommand(spoken) !== null) return null
  const { personId } = turn.speaker
  const role = personId === null ? null : turn.desk.directory.roleOf(personId)
  if (role !== 'deputy' && role !== 'grid_worker') return turn
  // People with a duty are residents too, but must say so, as they do in private.
  const own = ownMatter(spoken)
  if (own === null || (role === 'deputy' && readDeputyWord(spoken) !== null)) return null
  return { ...turn, words: { ...turn.words!, text: own } }
}

/** What the group reads, and what only the speaker does. */
function inPublic(
  turn: Turn,
  full: Reply,
  heard: Room['heard'],
  reachable: boolean,
): Pick<Reply, 'answer' | 'privately'> {
  const { desk, cases, words } = turn
  const known = full.caseId === null ? null : cases.get(full.caseId)
  const privately = full.answer === null ? {} : { privately: full.answer }
  if (known && (full.meaning === 'opened' || full.meaning === 'joined')) {
    const reading: Reading | null = words?.spoken ? desk.reader.read(words.text) : null
    const danger = dangerOf(turn, reading)
    // One answer for what was said in one breath is enough for a group.
    if (full.meaning === 'joined' && heard !== 'addressed' && danger === null) return { answer: null, ...privately }
    const { number } = known.case
    const joined = full.meaning === 'joined'
    return { answer: desk.say('room-receipt', { number, joined, private: reachable, danger }), ...privately }
  }
  if (heard !== 'addressed') return { answer: null }
  if (full.meaning === 'chitchat') return { answer: desk.say('room-hello', {}) }
  return { answer: desk.say('room-private', { private: reachable }), ...(reachable ? privately : {}) }
}
