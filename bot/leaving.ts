import { randomBytes } from 'node:crypto'
import { newId } from '#base'
import type { Inbound } from '#channels'
import type { IntakeWrites } from '#store'
import { freshMemory } from './dialogue/memory.ts'

/** A contact whose person left the account. */
interface Departed {
  id: string
  channel: string
  createdAt: string
}

/** What waits with the platform, and not for long. */
export function isFetched({ content }: Inbound): boolean {
  return content.type === 'image' || content.type === 'voice' || content.type === 'video'
}

/** Everything until now; of late news, only what was said before it: they have come back since. */
export function erasureOf(
  { id, contactId, saidAt, receivedAt }: { id: string; contactId: string; saidAt: string; receivedAt: string },
  personId: string | null,
  late: boolean,
): IntakeWrites['erasures'][number] {
  const upTo = late || saidAt > receivedAt ? saidAt : receivedAt
  return {
    id: newId(Date.parse(receivedAt)),
    contactId,
    messageId: id,
    personId: late ? null : personId,
    upTo,
    askedAt: receivedAt,
  }
}

/** What stays of a contact whose person left: its id, for the cases that name it. */
export function departedRow({ id, channel, createdAt }: Departed, now: Date): IntakeWrites['contacts'][number] {
  return {
    id,
    channel,
    personId: null,
    boundAt: null,
    following: false,
    dialogue: freshMemory,
    windows: [],
    lastHeardAt: now.toISOString(),
    createdAt,
    addressHash: randomBytes(32),
    addressSealed: null,
  }
}
