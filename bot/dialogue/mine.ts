import type { Actor } from '#cases'
import type { Entry } from '../working-set.ts'
import type { Turn } from './turn.ts'

/** The grid worker who speaks, by their id; null for anybody else. */
export function gridWorkerOf({ speaker: { personId }, desk }: Turn): string | null {
  return personId !== null && desk.directory.roleOf(personId) === 'grid_worker' ? personId : null
}

/**
 * The cases one may ask about, judge and add to, newest first: one's own, from whichever account, and for a grid worker
 * those they reported for somebody else.
 */
export function mine(turn: Turn): Entry[] {
  const own = turn.cases.of(turn.speaker.accounts)
  const worker = gridWorkerOf(turn)
  if (worker === null) return own
  return [...own, ...turn.cases.through(worker)].sort(
    (a, b) => Date.parse(b.case.openedAt) - Date.parse(a.case.openedAt),
  )
}

/** As whom the speaker acts on a case of theirs: as its resident, or by whose hand it came. */
export function actorOn({ case: { resident, through } }: Entry, turn: Turn): Actor {
  const worker = gridWorkerOf(turn)
  return worker !== null && through === worker
    ? { party: 'grid_worker', id: worker }
    : { party: 'resident', id: resident }
}
