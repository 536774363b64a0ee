import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { systemClock } from '#base'
import { freePort } from '../ports.ts'
import { startPostgres } from '../postgres.ts'
import { randomOf } from '../random.ts'
import { newAccount } from './account.ts'
import type { Mode } from './account.ts'
import { startBot } from './bot.ts'
import type { FuzzedBot } from './bot.ts'
import { compare } from './compare.ts'
import type { Memory } from './memory.ts'
import { createPosts } from './post.ts'
import type { Sort } from './post.ts'
import { rightly, Wire, wrongEcho, wrongly } from './wire.ts'

export interface RoundOptions {
  mode: Mode
  posts: number
  seed: string
  progress: (done: number) => void
}

export interface Round {
  /** Answers by status; 0: hung up or nothing in time. */
  statuses: Record<string, number>
  sent: Record<Sort, number>
  stored: number
  /** At the first tenth, half-way, at the end. */
  memory: Memory[]
  perSecond: number
  /** What must not be, one line each. */
  faults: string[]
}

/** How many talk at once. */
const abreast = 12
/** Beyond what one reading differs from the next. */
const heapSlackMb = 12
const mostFaults = 20

/** One bot in one mode, and so many posts at its webhook. */
export async function fuzzRound({ mode, posts, seed, progress }: RoundOptions): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'mashang-fuzz-'))
  const postgres = await startPostgres(join(folder, 'data'))
  const pool = new pg.Pool({ ...postgres.config, max: 2, pipeline: true })
  pool.on('error', () => {})
  const masterKey = randomBytes(32)
  const account = newAccount()
  const port = await freePort()
  let bot: FuzzedBot | null = null
  try {
    bot = await startBot(port, {
      DATA_DIR: join(folder, 'data'),
      MASTER_KEY: masterKey.toString('base64'),
      OFFICIAL_ACCOUNT_APP_ID: account.appId,
      OFFICIAL_ACCOUNT_APP_SECRET: account.appSecret,
      OFFICIAL_ACCOUNT_TOKEN: account.token,
      OFFICIAL_ACCOUNT_AES_KEY: mode === 'plain' ? '' : account.aesKey,
    })
    const random = randomOf(`${seed}/${mode}`)
    const told = await bombard(bot, mode, posts, random, account, progress)
    const { taken, faults, ...figures } = told
    faults.push(...(await compare(pool, masterKey, told.genuine, taken)))
    const [first, , last] = figures.memory
    if (last!.heapMb > first!.heapMb + heapSlackMb)
      faults.push(`the heap grew from ${first!.heapMb} to ${last!.heapMb} MB`)
    const { rows } = await pool.query<{ stored: number }>('SELECT count(*)::int AS stored FROM message')
    const code = await bot.stop()
    if (code !== 0) faults.push(`the bot stopped with ${code}`)
    return {
      statuses: figures.statuses,
      sent: figures.sent,
      memory: figures.memory,
      perSecond: figures.perSecond,
      stored: rows[0]!.stored,
      faults: faults.slice(0, mostFaults),
    }
  } finally {
    await bot?.stop()
    await pool.end()
    await postgres.shut()
    await rm(folder, { recursive: true, force: true })
  }
}

async function bombard(
  bot: FuzzedBot,
  mode: Mode,
  posts: number,
  random: ReturnType<typeof randomOf>,
  account: ReturnType<typeof newAccount>,
  progress: (done: number) => void,
) {
  const statuses: Record<string, number> = {}
  const sent: Record<Sort, number> = { genuine: 0, signed: 0, forged: 0 }
  const genuine = new Set<string>()
  /** Openids whose malformed post was answered 200: these may be stored, once. */
  const taken = { signed: 0 }
  const faults: string[] = []
  const memory: Memory[] = []
  let serial = 0
  let nextId = 24_000_000_000_000_000n
  const source = createPosts(
    random,
    account,
    mode,
    () => Math.floor(systemClock().getTime() / 1000),
    (sort) => `o${sort}-${(serial += 1)}`,
    () => String((nextId += 1n)),
  )
  const count = (status: number): void => void (statuses[status] = (statuses[status] ?? 0) + 1)
  const wrong = (what: string): void => {
    if (faults.length < mostFaults) faults.push(what)
  }
  const began = performance.now()
  let done = 0

  const speak = async (): Promise<void> => {
    const wires = Array.from({ length: 4 }, () => new Wire(bot.port))
    while (done < posts && bot.ended() === null) {
      const post = source.next()
      const many = Array.from({ length: post.copies }, (_, index) => (index === 0 ? post : source.again(post)))
      done += many.length
      // Genuine ones come over right HTTP; with the others anything may be wrong.
      const bad = post.sort !== 'genuine' && random.chance(0.25)
      const dressed = many.map(({ query, body }) => (bad ? wrongly : rightly)(random, query, body))
      const answers = await Promise.all(dressed.map(({ bytes, options }, index) => wires[index]!.send(bytes, options)))
      sent[post.sort] += answers.length
      for (const { status, body } of answers) {
        count(status)
        const name = `${mode}, ${post.sort}, ${post.how}, HTTP ${dressed[0]!.how}: answered ${status} ${body.slice(0, 40)}`
        if (status >= 500) wrong(name)
        if (post.sort === 'genuine' && status !== 200) wrong(name)
        if (post.sort === 'forged' && status === 200) wrong(name)
        // One that got no answer may have been taken too: we hung up first.
        if (post.sort === 'signed' && (status === 200 || status === 0)) taken.signed += 1
        if (status === 0 && !bad) wrong(`${name} (no answer)`)
      }
      if (post.sort === 'genuine') {
        genuine.add(post.openid)
        source.took(post)
      }
      if (random.chance(0.01)) {
        const { status } = await wires[0]!.send(wrongEcho(random))
        if (status < 400 || status >= 500) wrong(`the address's check without a signature: answered ${status}`)
      }
      progress(done)
    }
    for (const wire of wires) wire.close()
  }
  /** Nobody talks while it is measured. */
  const target = posts
  for (const until of [0.1, 0.5, 1]) {
    posts = Math.ceil(target * until)
    await Promise.all(Array.from({ length: abreast }, speak))
    if (bot.ended() !== null) wrong(`the bot ended: ${bot.ended()}`)
    else memory.push(await bot.memory())
  }
  return {
    statuses,
    sent,
    genuine,
    taken,
    faults,
    memory,
    perSecond: Math.round(done / ((performance.now() - began) / 1000)),
  }
}
