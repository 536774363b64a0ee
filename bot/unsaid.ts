import type { Inbound } from '#channels'
import type { Unsaid } from '#store'
import type { Desk } from './desk.ts'
import type { Reply, Speaker } from './dialogue/turn.ts'

const mostAtOnce = 3
const withinMs = 7 * 24 * 3_600_000

/** Meanings of words that nobody says of a case without having read of it. */
const knowing = new Set(['evaluation', 'progress', 'detail', 'accepted', 'declined', 'progressed', 'answered'])

/**
 * What to do about sends nobody knows of, now that their receiver says something: where the words show that it arrived,
 * or where they are told of the case anyway, it is settled; else the answer says it once more. Nothing where there is no
 * answer, or one that others read. Returns the answer, and the deliveries that are settled by it.
 */
export function settleUnsaid(
  speaker: Pick<Speaker, 'unsaid' | 'personId'>,
  wasBoundTo: string | null,
  { room, content }: Inbound,
  reply: Reply,
  desk: Desk,
  now: Date,
): { answer: string | null; settled: Unsaid[] } {
  const unsaid = speaker.unsaid.filter(({ createdAt }) => now.getTime() - Date.parse(createdAt) < withinMs)
  // Whoever was just unbound, or bound as somebody else, is not told what was meant for the one before.
  const isSame = speaker.personId === wasBoundTo
  if (unsaid.length === 0 || reply.answer === null || room !== undefined || !isSame) {
    return { answer: reply.answer, settled: [] }
  }
  const thanks = content.type === 'text' && reply.meaning === 'chitchat' && /谢|辛苦|感恩/u.test(content.text)
  const arrived = ({ caseId }: Unsaid) =>
    thanks || (caseId !== null && caseId === reply.caseId && knowing.has(reply.meaning))
  const again = unsaid.filter((each) => !arrived(each)).slice(0, mostAtOnce)
  const settled = [...unsaid.filter(arrived), ...again]
  speaker.unsaid = speaker.unsaid.filter((each) => !settled.includes(each))
  if (again.length === 0) return { answer: reply.answer, settled }
  return { answer: desk.say('unsaid', { answer: reply.answer, texts: again.map(({ text }) => text) }), settled }
}
