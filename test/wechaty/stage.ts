import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createChannels } from '#channels'
import type { Channel, DoorRequest, Inbound } from '#channels'
import { startGateway } from '../../wechaty/gateway.ts'
import type { Gateway, GatewayOptions } from '../../wechaty/gateway.ts'
import { openLibrary } from '../../wechaty/library.ts'
import { until } from '../support/house.ts'
import { mockPlatform } from '../../drills/groups/mock.ts'
import type { MockContact, Mocker, MockPuppet, MockRoom } from '../../drills/groups/mock.ts'

export const secret = 'a-secret-of-these-tests'

/** A house with a door and nothing behind it. */
export interface FakeHouse {
  url: string
  heard: Inbound[]
  /** What it answers; `down` answers 503 before it reads. */
  answer: (inbound: Inbound) => string | null
  down: boolean
  /** Takes a message in and hangs up before it answers, so many times. */
  cut: number
  close(): Promise<void>
}

export interface Stage {
  mocker: Mocker
  puppet: MockPuppet
  gateway: Gateway
  house: FakeHouse
  /** The channel as the workers have it, pointed at this gateway. */
  channel: Channel
  /** Our own account. */
  me: MockContact
  folder: string
  logged: string[]
  /** What we said, and where. */
  said: { chat: string; text: string }[]
  room(topic: string, ...members: MockContact[]): MockRoom
  /** Ends the gateway and starts another over the same folder, with a new connection of the same account. */
  restart(more?: Partial<GatewayOptions>): Promise<void>
  stop(): Promise<void>
}

const name = '码上'
/** So quick that nobody waits. */
const quick = { perMinute: 100_000, perChatMs: 0, switchMs: [0, 0] } as const

export async function stage(more: Partial<GatewayOptions> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-wechaty-'))
  const house = await fakeHouse()
  const logged: string[] = []
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => void logged.push(line) })
  const said: Stage['said'] = []

  const raise = (options: Partial<GatewayOptions>) =>
    raiseGateway({ botUrl: house.url, folder, log, said, listeningIn: ['开放群'], ...more, ...options })
  let now = await raise({})
  return {
    get mocker() {
      return now.mocker
    },
    get puppet() {
      return now.puppet
    },
    get gateway() {
      return now.gateway
    },
    get channel() {
      return now.channel
    },
    get me() {
      return now.me
    },
    house,
    folder,
    logged,
    said,
    room: (topic, ...members) => now.mocker.createRoom({ topic, memberIdList: ['me', ...members.map(({ id }) => id)] }),
    async restart(options = {}) {
      await now.gateway.stop()
      now = await raise(options)
    },
    async stop() {
      await now.gateway.stop()
      await house.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A gateway over a platform of its own, logged in unless its switch says no. */
export async function raiseGateway({
  said,
  ...more
}: Partial<GatewayOptions> & Pick<GatewayOptions, 'botUrl' | 'folder' | 'log'> & { said: Stage['said'] }) {
  const { mocker, puppet } = await mockPlatform()
  const library = await openLibrary(puppet, {})
  const me = mocker.createContact({ name, id: 'me' })
  puppet.on('message', ({ messageId }) => {
    const payload = mocker.cacheMessagePayload.get(messageId)
    if (payload?.talkerId === 'me') said.push({ chat: payload.roomId ?? payload.listenerId!, text: payload.text ?? '' })
  })
  const gateway = await startGateway({
    library,
    secret,
    host: '127.0.0.1',
    port: 0,
    openingWords: ['码上'],
    listeningIn: [],
    clock: () => new Date(),
    random: Math.random,
    pid: process.pid,
    pace: quick,
    everyMs: 20,
    backoffMs: 20,
    ...more,
  })
  if (gateway.status().state !== 'off') {
    await until(() => library.wechaty.puppet.state.active() === true, 'the puppet does not start')
    mocker.login(me)
    await until(() => gateway.status().state === 'on', 'not logged in')
  }
  const gatewayUrl = `http://127.0.0.1:${gateway.port}`
  const [channel] = createChannels({ wechaty: { secret, gatewayUrl } }, { clock: () => new Date() })
  return { mocker, puppet, me, gateway, library, gatewayUrl, channel: channel! }
}

export async function fakeHouse(): Promise<FakeHouse> {
  const [channel] = createChannels(
    { wechaty: { secret, gatewayUrl: 'http://127.0.0.1:1' } },
    { clock: () => new Date() },
  )
  const seen = new Map<string, string | null>()
  const house: FakeHouse = {
    url: '',
    heard: [],
    answer: () => null,
    down: false,
    cut: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      if (house.down) return response.writeHead(503).end('UNAVAILABLE')
      const knock: DoorRequest = { method: 'POST', path: '', query: {}, headers: request.headers, body }
      const opened = channel!.door!.open(knock, new Date())
      if (opened.do !== 'hear') throw new Error('not heard')
      const { dedupeKey } = opened.inbound
      // As the ledger does it: the same message again is answered the same, and is no second one.
      if (!seen.has(dedupeKey)) {
        house.heard.push(opened.inbound)
        seen.set(dedupeKey, house.answer(opened.inbound))
      }
      if (house.cut > 0) {
        house.cut -= 1
        return request.socket.destroy()
      }
      const { status, body: text } = opened.reply(seen.get(dedupeKey)!)
      return response.writeHead(status).end(text)
    })().catch((error: { status?: number; code?: string }) => response.writeHead(error.status ?? 500).end(error.code))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  house.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return house
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export const textsOf = (heard: readonly Inbound[]): string[] =>
  heard.map(({ content }) => (content.type === 'text' ? content.text : `[${content.type}]`))

/** In the way of a file stands a folder: it can be neither read, written nor removed. Gives what takes it away. */
export function blocked(file: string): () => void {
  renameSync(file, `${file}.kept`)
  mkdirSync(file)
  return () => {
    rmdirSync(file)
    renameSync(`${file}.kept`, file)
  }
}
