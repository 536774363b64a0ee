import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '#base'
import type { Heard } from '#channels'
import type { Ear } from './ear.ts'
import { inTime } from './in-time.ts'
import type { Contact, Message, Room, Wechaty } from './library.ts'
import type { MediaStore } from './media.ts'
import { isSpoken, readContent } from './read-message.ts'
import { nameOf } from './speaker.ts'
import type { Spool } from './spool.ts'

export interface HearingOptions {
  wechaty: Wechaty
  ear: Ear
  media: MediaStore
  spool: Spool<Heard>
  clock: Clock
  log: Logger
}

export interface Hearing {
  /** Takes a message in its turn. Whatever happens with it, the next one comes. */
  hear(messageId: string): void
  drained(): Promise<void>
}

/** A puppet that doesn't come back with one message must not keep the others. */
const patienceMs = 30_000
const againAfterMs = [100, 1_000]
const officialAccount = 2

/** Reads what the library hears, one after the other, and puts what concerns us into the spool. */
export function createHearing({ wechaty, ear, media, spool, clock, log }: HearingOptions): Hearing {
  let line: Promise<unknown> = Promise.resolve()
  let known: Contact | null = null
  /** Ourselves; also while the account is off and what it heard before is still read. */
  const us = (): Contact => (known = wechaty.isLoggedIn || known === null ? wechaty.currentUser : known)

  async function take(messageId: string): Promise<void> {
    const message = await find(messageId)
    if (message === null) return log.error('a message could not be read')
    if (message.self()) return
    const talker = message.talker()
    if (talker.type() === officialAccount) return
    const kind = wechaty.Message.Type[message.type()] ?? 'Unknown'
    const room = message.room()
    const said = room ? await inRoom(message, room, kind) : { room: null, text: null }
    if (said === null) return
    const content = await readContent(message, kind, said.text, media)
    if (content === null) return
    await spool.put({
      id: message.id,
      account: us().id,
      from: talker.id,
      saidAt: dateOf(message).toISOString(),
      room: said.room,
      content,
    })
  }

  /** The puppet may have been busy: asked again, for nobody else will tell us of it. Null: it can't be had. */
  async function find(id: string): Promise<Message | null> {
    for (const waitMs of [...againAfterMs, null]) {
      const message = await wechaty.Message.find({ id })
      if (message) return message
      if (waitMs !== null) await pause(waitMs)
    }
    return null
  }

  /** Null: it was not said to us. */
  async function inRoom(
    message: Message,
    room: Room,
    kind: string,
  ): Promise<{ room: NonNullable<Heard['room']>; text: string | null } | null> {
    if (!isSpoken(kind)) return null
    const talker = message.talker()
    const text = kind === 'Text' ? message.text() : null
    // Who is meant is asked of the puppet only where somebody is: it may be a slow question.
    const mentions = text?.includes('@') ? await message.mentionList() : []
    const names = text?.includes('@') ? [us().name(), (await room.alias(us())) ?? ''].filter(Boolean) : []
    const heed = ear.heed({
      room: { id: room.id, topic: await room.topic() },
      from: talker.id,
      text,
      names,
      mentionsUs: mentions.some(({ id }) => id === us().id),
      mentionsOthers: mentions.some(({ id }) => id !== us().id),
      at: dateOf(message),
    })
    // Nothing but our name: they will go on, and what comes next is for us.
    if (heed === null || heed.text === '') return null
    return { room: { id: room.id, heard: heed.heard, private: talker.friend() === true }, text: heed.text }
  }

  function dateOf(message: Message): Date {
    const date = message.date()
    return Number.isNaN(date.getTime()) ? clock() : date
  }

  async function takeInTime(messageId: string): Promise<void> {
    try {
      if ((await inTime(take(messageId), patienceMs)) === 'late') log.error('a message could not be read in time')
    } catch (error) {
      // Only its kind: the message of an error may quote what was said.
      log.error({ error: nameOf(error) }, 'a message could not be read')
    }
  }

  return {
    hear(messageId) {
      line = line.then(() => takeInTime(messageId))
    },
    async drained() {
      await line
    },
  }
}
