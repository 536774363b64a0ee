import type { SeenContact } from '#store'
import type { Turn } from './turn.ts'

/** Platforms tell the time in whole seconds, and no two clocks agree: within this, what was pushed counts as read. */
const tolerance = 2_000

/** What had surely been pushed to the speaker when they spoke: not what was still on its way, or came after. */
export function seenWhenSpoken({ speaker, now, saidAt }: Turn): SeenContact['pushed'] {
  const spokenAgo = now.getTime() - Date.parse(saidAt)
  return speaker.pushed.filter(({ ago }) => ago !== null && ago + tolerance >= spokenAgo)
}
