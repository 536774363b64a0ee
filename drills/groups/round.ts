import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import pg from 'pg'
import { pino } from 'pino'
import { systemClock } from '#base'
import { startBot } from '../fuzz/bot.ts'
import type { FuzzedBot } from '../fuzz/bot.ts'
import { newAccount } from '../fuzz/account.ts'
import type { Memory } from '../fuzz/memory.ts'
import { freePort } from '../ports.ts'
import { startPostgres } from '../postgres.ts'
import { randomOf } from '../random.ts'
import { within } from '../wait.ts'
import { mockPlatform } from './mock.ts'
import type { MockContact, Mocker } from './mock.ts'
import { startGateway } from '../../wechaty/gateway.ts'
import type { Gateway } from '../../wechaty/gateway.ts'
import { openLibrary } from '../../wechaty/library.ts'
import { talk } from './talk.ts'
import type { Spoken } from './talk.ts'

export interface RoundOptions {
  messages: number
  people: number
  rooms: number
  seed: string
  progress: (done: number) => void
}

export interface Round {
  spoken: number
  forUs: number
  stored: number
  /** Answers that the groups read. */
  answered: number
  /** At the first tenth, half-way, at the end: of the gateway's process, the mock puppet in it, and of the bot's. */
  memory: { gateway: Memory; bot: Memory }[]
  seconds: number
  /** What must not be, one line each. */
  faults: string[]
}

const name = '码上'
/** As many at once as a day's talk that arrives after a reconnect. */
const burst = 200
const heapSlackMb = 12

/** A real bot over a real ledger, the gateway with the real library, and so many messages through its mock puppet. */
export async function groupsRound({ messages, people, rooms, seed, progress }: RoundOptions): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'mashang-groups-'))
  const data = join(folder, 'data')
  const postgres = await startPostgres(data)
  const pool = new pg.Pool({ ...postgres.config, max: 2, pipeline: true })
  pool.on('error', () => {})
  const secret = randomBytes(24).toString('hex')
  let bot: FuzzedBot | null = null
  let gateway: Gateway | null = null
  try {
    const port = await freePort()
    const account = newAccount()
    bot = await startBot(port, {
      DATA_DIR: data,
      MASTER_KEY: randomBytes(32).toString('base64'),
      OFFICIAL_ACCOUNT_APP_ID: account.appId,
      OFFICIAL_ACCOUNT_APP_SECRET: account.appSecret,
      OFFICIAL_ACCOUNT_TOKEN: account.token,
      WECHATY_PUPPET: 'wechaty-puppet-mock',
      WECHATY_SECRET: secret,
    })
    const { mocker, puppet } = await mockPlatform()
    const library = await openLibrary(puppet, {})
    gateway = await startGateway({
      library,
      secret,
      botUrl: `http://127.0.0.1:${port}`,
      folder: join(folder, 'wechaty'),
      host: '127.0.0.1',
      port: 0,
      openingWords: [name],
      listeningIn: [],
      clock: systemClock,
      random: Math.random,
      log: pino({ level: 'silent' }),
      pid: process.pid,
      // The drill is of what is heard: at a person's pace the answers alone would take hours.
      pace: { perMinute: 1_000_000, perChatMs: 0, switchMs: [0, 0] },
      everyMs: 50,
    })
    const running = gateway
    await within(10_000, () => library.wechaty.puppet.state.active() === true)
    const me = mocker.createContact({ name, id: 'me' })
    mocker.login(me)
    if (!(await within(10_000, () => running.status().state === 'on'))) throw new Error('the gateway does not log in')
    let answered = 0
    const groups = new Set<string>()
    const elsewhere: string[] = []
    puppet.on('message', ({ messageId }) => {
      const said = mocker.cacheMessagePayload.get(messageId)
      if (said?.talkerId !== 'me') return
      if (groups.has(said.roomId ?? '')) answered += 1
      else elsewhere.push(said.listenerId ?? '')
    })
    const cast = castOf(mocker, me, people, rooms)
    for (const id of cast.rooms) groups.add(id)

    const handedIn = () => {
      const { waiting, unsaid } = running.status()
      return waiting === 0 && unsaid === 0
    }
    const memory: Round['memory'] = []
    const began = performance.now()
    const start = systemClock().getTime() - messages * 4_100
    const expected: Spoken[] = []
    let count = 0
    for (const spoken of talk({ messages, people, rooms, random: randomOf(seed) })) {
      if (spoken.forUs) expected.push(spoken)
      say(mocker, puppet, cast, spoken, start)
      count += 1
      if (count % burst === 0 || count === messages) {
        await running.heardAll()
        // The platform would remember everything that was ever said: that is not our heap.
        mocker.cacheMessagePayload.clear()
        mocker.MessageMock.pool.clear()
        progress(count)
      }
      if ([0.1, 0.5, 1].some((part) => count === Math.round(messages * part))) {
        await running.heardAll()
        if (!(await within(600_000, handedIn))) throw new Error('the bot does not take it in')
        memory.push({ gateway: ownMemory(), bot: await bot.memory() })
      }
    }
    const seconds = (performance.now() - began) / 1000
    const { rows: stored } = await pool.query<{ text: string | null }>('SELECT text FROM message ORDER BY id')
    const faults = compare(expected, stored)
    if (elsewhere.length > 0) faults.push(`${elsewhere.length} answers were said to one person`)
    for (const side of ['gateway', 'bot'] as const) {
      const [first, , last] = memory.map((each) => each[side].heapMb)
      if (last! > first! + heapSlackMb) faults.push(`the ${side}'s heap grew from ${first} to ${last} MB`)
    }
    const code = await bot.stop()
    if (code !== 0) faults.push(`the bot stopped with ${code}`)
    return { spoken: count, forUs: expected.length, stored: stored.length, answered, memory, seconds, faults }
  } finally {
    await gateway?.stop()
    await bot?.stop()
    await pool.end()
    await postgres.shut()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Cast {
  people: MockContact[]
  rooms: string[]
}

function castOf(mocker: Mocker, me: MockContact, people: number, rooms: number): Cast {
  const cast = Array.from({ length: people }, (_, n) => mocker.createContact({ name: `居民${n}`, id: `wxid_${n}` }))
  const memberIdList = [me.id, ...cast.map(({ id }) => id)]
  const made = Array.from({ length: rooms }, (_, n) => mocker.createRoom({ topic: `业主群${n}`, memberIdList }).id)
  return { people: cast, rooms: made }
}

/** Said at its own time, which the puppet's own way of saying can't. */
function say(
  mocker: Mocker,
  puppet: Awaited<ReturnType<typeof mockPlatform>>['puppet'],
  { people, rooms }: Cast,
  { id, room, person, text, mentionsUs, mentions, at }: Spoken,
  start: number,
): void {
  mocker.MessageMock.create({
    id,
    talkerId: people[person]!.id,
    roomId: rooms[room]!,
    text,
    type: 7,
    timestamp: start + at,
    mentionIdList: [...(mentionsUs ? ['me'] : []), ...mentions.map((each) => people[each]!.id)],
  })
  puppet.emit('message', { messageId: id })
}

function compare(expected: readonly Spoken[], stored: readonly { text: string | null }[]): string[] {
  const faults: string[] = []
  const wanted = new Set(expected.map(({ words }) => words))
  const found = stored.map(({ text }) => text ?? '')
  const seen = new Set(found)
  for (const words of wanted) if (!seen.has(words)) faults.push(`not stored: ${words}`)
  for (const text of seen) if (!wanted.has(text)) faults.push(`stored, and none of our business: ${text}`)
  if (seen.size < found.length) faults.push(`${found.length - seen.size} stored twice`)
  if (faults.length === 0) {
    const at = expected.findIndex(({ words }, index) => words !== found[index])
    if (at >= 0) faults.push(`out of order from message ${at} on`)
  }
  return faults.slice(0, 20)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function ownMemory(): Memory {
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  const mb = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10
  return { heapMb: mb(heapUsed + external), rssMb: mb(rss) }
}
