import { isoTime, newId } from '#base'
import type { ChannelRules, Inbound } from '#channels'
import type { IntakeView, IntakeWrites, Keyring, SeenContact, SendWindow } from '#store'
import { recall } from './dialogue/memory.ts'
import type { Speaker } from './dialogue/turn.ts'

/** Who speaks, as a batch finds them and as it leaves them. */
export interface Someone extends Speaker {
  channel: string
  addressHash: Buffer
  address: string
  windows: SendWindow[]
  createdAt: string
  isNew: boolean
}

export function speakerOf(
  inbound: Inbound,
  addressHash: Buffer,
  view: IntakeView,
  speakers: Map<string, Someone>,
  now: Date,
): Someone {
  const key = keyOfSpeaker(inbound, addressHash)
  const known = speakers.get(key)
  if (known) {
    known.following ||= mayBeWrittenTo(inbound, known.windows, now) && !isPassing(inbound)
    return known
  }
  const seen: SeenContact | undefined = view.contacts.get(key)
  const id = seen?.id ?? newId(now.getTime())
  const someone: Someone = {
    id,
    accounts: seen?.accounts ?? [id],
    personId: seen?.personId ?? null,
    others: seen?.others ?? [],
    unsaid: seen?.unsaid ?? [],
    boundAt: seen?.boundAt ?? null,
    // Whoever writes to us can be written to, whatever we missed in between.
    following:
      inbound.content.type === 'event'
        ? (seen?.following ?? true)
        : inbound.content.type !== 'unfollow' && mayBeWrittenTo(inbound, seen?.windows ?? [], now),
    memory: recall(seen?.dialogue),
    pushed: seen?.pushed ?? [],
    channel: inbound.channel,
    addressHash,
    address: inbound.address,
    windows: seen?.windows ?? [],
    createdAt: seen?.createdAt ?? isoTime(now),
    isNew: seen === undefined,
  }
  if (seen || !isPassing(inbound)) speakers.set(key, someone)
  return someone
}

const isPassing = ({ content }: Inbound): boolean => content.type === 'event' || content.type === 'unfollow'

/** Whoever only speaks in a group has not agreed to be written to, unless they are a friend or wrote in private before. */
function mayBeWrittenTo({ room }: Inbound, windows: SendWindow[], now: Date): boolean {
  if (room === undefined || room.private) return true
  return windows.some(({ kind, until }) => kind === 'private' && new Date(until) > now)
}

export function keyOfSpeaker({ channel }: Inbound, addressHash: Buffer): string {
  return `${channel} ${addressHash.toString('hex')}`
}

/** Writes down what this act allows us to send; a new window replaces the last of its kind. */
export function openWindow(
  speaker: Someone,
  { channel, content, room }: Inbound,
  rules: ReadonlyMap<string, ChannelRules>,
  now: Date,
): boolean {
  const opened = rules.get(channel)?.opensWindow(content, room)
  if (!opened) return false
  const until = isoTime(new Date(now.getTime() + opened.seconds * 1000))
  speaker.windows = [
    ...speaker.windows.filter((window) => window.kind !== opened.kind && new Date(window.until) > now),
    { kind: opened.kind, until, left: opened.sends },
  ]
  return true
}

export function contactRow(someone: Someone, keyring: Keyring, now: Date): IntakeWrites['contacts'][number] {
  return {
    id: someone.id,
    channel: someone.channel,
    personId: someone.personId,
    boundAt: someone.boundAt,
    following: someone.following,
    dialogue: someone.memory,
    windows: someone.windows,
    lastHeardAt: isoTime(now),
    createdAt: someone.createdAt,
    addressHash: someone.addressHash,
    addressSealed: someone.isNew ? keyring.seal(someone.address) : null,
  }
}
