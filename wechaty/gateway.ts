import { join } from 'node:path'
import type { Logger } from 'pino'
import { makeFolder, sha256, startLoop } from '#base'
import type { Clock } from '#base'
import type { Heard } from '#channels'
import { startAccount } from './account.ts'
import { openDoors } from './doors.ts'
import { createEar } from './ear.ts'
import { createHearing } from './hearing.ts'
import { openJournal } from './journal.ts'
import type { Library } from './library.ts'
import { openMediaStore } from './media.ts'
import { createPace, humanPace } from './pace.ts'
import type { PaceOptions } from './pace.ts'
import { startReporter } from './reporter.ts'
import { createSeal } from './seal.ts'
import { createSpeaker, nameOf } from './speaker.ts'
import type { Chat } from './speaker.ts'
import { openSpool } from './spool.ts'
import { writeStatus } from './switch.ts'
import type { Status } from './switch.ts'

export interface GatewayOptions {
  library: Library
  secret: string
  /** The house, such as `http://127.0.0.1:3000`. */
  botUrl: string
  /** All that is kept lies here, sealed. */
  folder: string
  host: string
  port: number
  openingWords: readonly string[]
  /** Topics of the groups in which all talk is listened to. */
  listeningIn: readonly string[]
  clock: Clock
  random: () => number
  log: Logger
  pid: number
  pace?: PaceOptions
  /** How often the switch is looked at and the status written; 1 s unless given. */
  everyMs?: number
  /** The first wait before the house is asked again; 1 s unless given. */
  backoffMs?: number
}

export interface Gateway {
  port: number
  status(): Status
  /** Resolves when all that was heard so far has gone its way into the spool. */
  heardAll(): Promise<void>
  stop(): Promise<void>
}

/** Words for a chat, waiting for their turn. */
interface Unsaid {
  key: string
  chat: Chat
  text: string
}

const offMs = 600_000
const loggedOutMs = 60_000

/** Everything around the library: hears, hands in, says, and stops when it is told to. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { library, secret, folder, clock, random, log, everyMs = 1_000 } = options
  const { wechaty } = library
  makeFolder(folder, 0o700)
  const unreadable = () => log.error('something kept for later can’t be opened: was WECHATY_SECRET changed?')
  const spool = await openSpool<Heard>(join(folder, 'heard'), createSeal(secret, 'heard'), unreadable)
  const unsaid = await openSpool<Unsaid>(join(folder, 'unsaid'), createSeal(secret, 'unsaid'), unreadable)
  const media = await openMediaStore(join(folder, 'media'), createSeal(secret, 'media'), clock)
  const topics = new Set(options.listeningIn)
  const ear = createEar({ openingWords: options.openingWords, listensIn: (topic) => topics.has(topic) })

  const hearing = createHearing({ wechaty, ear, media, spool, clock, log })
  await wechaty.init()
  // At the puppet, where they come in order: the library's own `message` event waits for rooms and overtakes itself.
  wechaty.puppet.on('message', ({ messageId }) => hearing.hear(messageId))
  const account = startAccount({ wechaty, folder, clock, log, everyMs })

  const speaker = createSpeaker({
    library,
    journal: openJournal(join(folder, 'said.jsonl')),
    pace: createPace(options.pace ?? humanPace, clock, random),
    log,
    silent() {
      const { state } = account.state()
      if (state === 'on') return null
      return state === 'off' ? { code: 'SWITCHED_OFF', afterMs: offMs } : { code: 'LOGGED_OUT', afterMs: loggedOutMs }
    },
    onTrouble() {
      log.error('too many sends failed; the account stays off until `mashang wechaty start`')
      account.trip('failures')
    },
  })

  const reporter = startReporter({
    spool,
    secret,
    botUrl: options.botUrl,
    clock,
    log,
    ...(options.backoffMs === undefined ? {} : { backoffMs: options.backoffMs }),
    async onAnswer(heard, say) {
      const { id, room, from, saidAt } = heard
      if (say === null) return
      // In a group we listen in, only an answer tells that it was a matter; what follows belongs to it.
      if (room?.heard === 'listening') ear.attend(room.id, from, new Date(saidAt))
      const chat: Chat = { kind: room ? 'room' : 'contact', id: room?.id ?? from, answering: true }
      await unsaid.put({ key: `answer-${sha256(id)}`, chat, text: say })
    },
  })

  const answering = startLoop(
    async () => {
      await unsaid.filled()
      const next = await unsaid.oldest()
      if (!next) return 0
      const { key, chat, text } = next.value
      const outcome = await speaker.say(key, chat, { type: 'text', text })
      // A short look again: the switch or the login may be back any moment.
      if (outcome.status === 'retry') return Math.min(outcome.afterMs, 5 * everyMs)
      if (outcome.status !== 'sent') log.warn({ key, status: outcome.status, code: outcome.code }, 'an answer was lost')
      await unsaid.remove(next.name)
      return 0
    },
    5 * everyMs,
    (error) => log.error({ error: nameOf(error) }, 'an answer could not be dealt with; it is tried again'),
  )

  const doors = await openDoors({ secret, host: options.host, port: options.port, clock, speaker, media })
  const status = (): Status => ({
    pid: options.pid,
    at: clock().toISOString(),
    ...account.state(),
    waiting: spool.size(),
    unsaid: unsaid.size(),
    ...speaker.counts(),
  })
  let rounds = 0
  const writing = startLoop(
    async () => {
      writeStatus(folder, status())
      if (rounds++ % 3_600 === 0) await media.tidy()
      return everyMs
    },
    everyMs,
    (error) => log.warn({ error: nameOf(error) }, 'the status could not be written'),
  )

  return {
    port: doors.port,
    status,
    heardAll: () => hearing.drained(),
    async stop() {
      await hearing.drained()
      await account.stop()
      await hearing.drained()
      await doors.close()
      const answered = answering.stop()
      unsaid.wake()
      await answered
      await reporter.stop()
      await writing.stop()
      writeStatus(folder, status())
    },
  }
}
