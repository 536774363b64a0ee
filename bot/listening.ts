import type { Inbound } from '#channels'
import type { Reader } from '#understanding'

/**
 * True for talk among neighbours in a group that we only listen in: nothing of it is stored, not even that it was.
 * It stands before the ledger, and by the words alone: an address is not looked up for it.
 */
export function isNeighboursTalk({ room, content }: Inbound, reader: Reader): boolean {
  if (room?.heard !== 'listening') return false
  return content.type !== 'text' || reader.read(content.text, { setting: 'group' }).kind === 'chitchat'
}
