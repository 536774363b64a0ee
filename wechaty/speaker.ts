import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { SendOutcome, WechatySay } from '#channels'
import { inTime } from './in-time.ts'
import type { Journal } from './journal.ts'
import type { Contact, Library, Room } from './library.ts'
import type { Pace } from './pace.ts'

/** Where something is said. */
export interface Chat {
  kind: 'room' | 'contact'
  id: string
  /** They spoke to us just now in this very chat, whatever the puppet knows of friends. */
  answering: boolean
}

export interface SpeakerOptions {
  library: Library
  journal: Journal
  pace: Pace
  log: Logger
  /** Off by the switch, or not logged in: why nothing may be said now. */
  silent: () => { code: string; afterMs: number } | null
  /** So many sends in a row failed that the account must be in trouble. */
  onTrouble: () => void
  /** For one call of the library; 7 s unless given. */
  timeoutMs?: number
  /** Failures in a row that are too many; 5 unless given. */
  mostFailures?: number
}

export interface Speaker {
  /** Says it once for each key. Never throws; ends within about 18 s. */
  say(key: string, chat: Chat, message: WechatySay['message']): Promise<SendOutcome>
  counts(): { said: number; failed: number }
}

/** Who asks can wait so long; longer waits are for coming back. */
const mostWaitMs = 9_000
const againAfterMs = 30_000

/** What the house and the answers say goes out by this one mouth, at a person's pace. */
export function createSpeaker(options: SpeakerOptions): Speaker {
  const { library, journal, pace, log, silent, onTrouble, timeoutMs = 7_000, mostFailures = 5 } = options
  const underWay = new Map<string, Promise<SendOutcome>>()
  let inARow = 0
  let said = 0
  let failed = 0

  async function speak(key: string, chat: Chat, message: WechatySay['message']): Promise<SendOutcome> {
    const known = journal.find(key)
    if (known === 'begun') return { status: 'unknown', code: 'INTERRUPTED', reason: 'it was cut off while it was said' }
    if (known) return known
    const hush = () => {
      const why = silent()
      return why && { status: 'retry' as const, ...why, reason: 'the account is off' }
    }
    const before = hush()
    if (before) return before
    const waitMs = pace.book(key, `${chat.kind} ${chat.id}`)
    if (waitMs > mostWaitMs) {
      return { status: 'retry', code: 'PACE', reason: 'a person would not write so fast', afterMs: waitMs }
    }
    // Looked up while its turn comes: whoever asked would not wait for both, one after the other.
    const [listener] = await Promise.all([findListener(chat), pause(waitMs)])
    // The wait may have been long enough for somebody to switch us off.
    const after = hush()
    if (after) return after
    if ('status' in listener) return listener

    const unwritten = write(() => journal.begin(key))
    if (unwritten !== null) {
      return { status: 'retry', code: unwritten, reason: 'the journal can’t be written', afterMs: againAfterMs }
    }
    const outcome = await attempt(listener, message)
    // It is said, written down or not: whoever asks again is told so from memory.
    write(() => journal.end(key, outcome))
    if (outcome.status === 'sent') {
      inARow = 0
      said += 1
    } else {
      inARow += 1
      failed += 1
      log.warn({ key, code: 'code' in outcome ? outcome.code : null, inARow }, 'could not be said')
      if (inARow >= mostFailures) {
        inARow = 0
        onTrouble()
      }
    }
    return outcome
  }

  /** Null: it is on the disk. Else the kind of error. */
  function write(line: () => void): string | null {
    try {
      line()
      return null
    } catch (error) {
      log.error({ error: nameOf(error) }, 'the journal could not be written')
      return nameOf(error)
    }
  }

  async function findListener({ kind, id, answering }: Chat): Promise<Contact | Room | SendOutcome> {
    const refused = (code: string, reason: string): SendOutcome => ({ status: 'refused', code, reason, alarm: false })
    const unfound = (code: string): SendOutcome => ({
      status: 'retry',
      code,
      reason: 'the account could not look it up',
      afterMs: againAfterMs,
    })
    try {
      if (kind === 'room') {
        const room = await inTime(library.wechaty.Room.find({ id }), timeoutMs)
        return room === 'late' ? unfound('TIMEOUT') : (room ?? refused('NO_ROOM', 'the account is not in that group'))
      }
      const contact = await inTime(library.wechaty.Contact.find({ id }), timeoutMs)
      if (contact === 'late') return unfound('TIMEOUT')
      if (!contact) return refused('NO_CONTACT', 'the account does not know this contact')
      if (!answering && contact.friend() === false) return refused('NOT_A_FRIEND', 'not a friend of the account')
      return contact
    } catch (error) {
      return unfound(nameOf(error))
    }
  }

  async function attempt(listener: Contact | Room, message: WechatySay['message']): Promise<SendOutcome> {
    try {
      const what =
        message.type === 'text'
          ? message.text
          : library.fileBox(message.base64, `image.${endingOf(message.contentType)}`)
      const result = await inTime(listener.say(what), timeoutMs)
      if (result === 'late') return { status: 'unknown', code: 'TIMEOUT', reason: 'the library did not come back' }
      const id = (result as { id?: unknown } | undefined)?.id
      return { status: 'sent', platformId: typeof id === 'string' ? id : null }
    } catch (error) {
      // The library says what it could not do, not how far it got.
      return { status: 'unknown', code: nameOf(error), reason: 'the library failed while it was said' }
    }
  }

  return {
    say(key, chat, message) {
      const running = underWay.get(key)
      if (running) return running
      const saying = speak(key, chat, message).finally(() => underWay.delete(key))
      underWay.set(key, saying)
      return saying
    },
    counts: () => ({ said, failed }),
  }
}

function endingOf(contentType: string): string {
  return /^image\/(png|jpeg|gif)/.exec(contentType)?.[1] ?? 'png'
}

/** The kind of error; its message may quote what was said. */
export function nameOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
}
