import type pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createChannels, officialAccountRules } from '#channels'
import { calendarOf, createDirectory, termsOf } from '#config'
import { listPeople } from '#store'
import { createReader } from '#understanding'
import type { Reader } from '#understanding'
import { createIntake } from '../../bot/intake.ts'
import { readAhead } from '../../bot/read-ahead.ts'
import type { Intake } from '../../bot/intake.ts'
import { createLateAnswers } from '../../bot/late-answers.ts'
import { createWebhook } from '../../bot/webhook.ts'
import { testPool } from '../support/postgres.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'
import type { Pushes } from './push.ts'

let house: TestHouse
let pushes: Pushes
const lines: string[] = []

beforeAll(async () => {
  house = await startTestHouse({ workers: false })
  pushes = pushesFor(house, 'safe')
})
afterAll(() => house.stop())

const stored = async (openid: string) => {
  const { rows } = await house.owner.query<{ text: string; meaning: string; answer: string; case_id: string | null }>(
    `SELECT m.text, m.meaning, m.answer, m.case_id FROM message m JOIN contact w ON w.id = m.contact_id
     WHERE w.address_hash = $1 ORDER BY m.received_at, m.id`,
    [house.ledger.keyring.lookupHash(openid)],
  )
  return rows
}

/** The bot's door and intake with a reader of the test's own. */
async function doorWith(reader: (sound: Reader) => Reader, pool: pg.Pool = house.ledger.pool) {
  const { city, say, clock, ledger, account } = house
  const people = city.people.filter(({ role }) => role === 'deputy')
  const sound = createReader({ gazetteer: city.regions, topicWords: city.topicWords, topics: city.topics, people })
  const directory = createDirectory(city, await listPeople(ledger.pool), clock())
  const rules = { terms: termsOf(city), calendar: calendarOf(city) }
  const desk = { city, directory, reader: readAhead(reader(sound)), rules, say, clock }
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const intake: Intake = createIntake({
    pool,
    keyring: ledger.keyring,
    desk: () => desk,
    rules: new Map([[officialAccountRules.name, officialAccountRules]]),
    log,
    onBound: () => {},
  })
  const channels = createChannels({ officialAccount: account }, { clock })
  const lateAnswers = createLateAnswers(pool, clock)
  return createWebhook({
    channels,
    intake,
    lateAnswers,
    isTalk: () => false,
    clock,
    log,
    onRefused: () => {},
    isReady: async () => true,
  })
}

describe('a message that cannot be thought about', () => {
  test('is stored, answered kindly, and harms none of its batch', async () => {
    const app = await doorWith((sound) => ({
      read(text) {
        if (text.includes('毒药')) throw new Error(`张三丰 13912345678 says ${text}\n    at ${text}`)
        return sound.read(text)
      },
    }))
    const poison = pushes.text('oPoison', '晨光社区有人卖毒药')
    const others = Array.from({ length: 20 }, (_, n) => pushes.text(`oNeighbour${n}`, `晨光社区${n}号楼漏水`))
    const batch = [...others.slice(0, 10), poison, ...others.slice(10)]
    const responses = await Promise.all(batch.map((message) => pushes.post(app, message)))
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(batch.map(() => 200))

    const kindly = house.say('unread', {})
    expect(await stored('oPoison')).toEqual([
      { text: '晨光社区有人卖毒药', meaning: 'failed', answer: kindly, case_id: null },
    ])
    expect(pushes.replied(responses[10]!)).toBe(kindly)
    for (let n = 0; n < others.length; n++) {
      expect(await stored(`oNeighbour${n}`)).toEqual([
        {
          text: `晨光社区${n}号楼漏水`,
          meaning: 'opened',
          answer: expect.stringContaining('编号'),
          case_id: expect.any(String),
        },
      ])
    }
    // The same again: the same kind answer, and it is not tried again.
    expect(pushes.replied(await pushes.post(app, poison))).toBe(kindly)
    expect(await stored('oPoison')).toHaveLength(1)

    const failures = lines.filter((line) => line.includes('could not be thought about'))
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('failure.test.ts')
    for (const secret of ['毒药', '张三丰', '13912345678', 'oPoison']) expect(lines.join('')).not.toContain(secret)
  })

  test('leaves nothing half done: a case it had begun is not opened', async () => {
    let broken = true
    const app = await doorWith((sound) => ({
      read: (text) => {
        const reading = sound.read(text)
        // Asked for only after the reading was understood: the case is half made.
        return broken
          ? {
              ...reading,
              get reasons(): string[] {
                throw new TypeError('no reasons')
              },
            }
          : reading
      },
    }))
    await pushes.post(app, pushes.text('oHalfWay', '晨光社区的树倒了'))
    expect(await stored('oHalfWay')).toMatchObject([{ meaning: 'failed', case_id: null }])
    broken = false
    const next = await pushes.post(app, pushes.text('oHalfWay', '晨光社区的树倒了，挡着路'))
    expect(pushes.replied(next)).toContain('编号')
  })
})

describe('a database that is away', () => {
  const away = async () => {
    await house.owner.query(`ALTER DATABASE ${house.database.config.database} CONNECTION LIMIT 0`)
    await house.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mashang_app'`,
    )
  }
  const back = () => house.owner.query(`ALTER DATABASE ${house.database.config.database} CONNECTION LIMIT -1`)

  test('is answered 503, nothing is acknowledged, and the same pushes are stored when it is back', async () => {
    const messages = Array.from({ length: 5 }, (_, n) => pushes.text(`oPatient${n}`, `翠湖社区${n}号楼停电了`))
    await away()
    try {
      const refused = await Promise.all(messages.map((message) => pushes.post(house.bot.app, message)))
      expect(refused.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 503, 503])
      expect(refused[0]!.payload).toBe('LEDGER_UNAVAILABLE')
      const ready = await house.bot.app.inject({ method: 'GET', url: '/readyz' })
      expect(ready.statusCode).toBe(503)
      // Alive all the same: to be killed for it would help nobody.
      const alive = await house.bot.app.inject({ method: 'GET', url: '/healthz' })
      expect(alive.statusCode).toBe(200)
    } finally {
      await back()
    }
    expect(await stored('oPatient0')).toEqual([])

    const again = await Promise.all(messages.map((message) => pushes.post(house.bot.app, message)))
    expect(again.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200])
    for (let n = 0; n < messages.length; n++) {
      expect(await stored(`oPatient${n}`)).toMatchObject([{ meaning: 'opened', text: `翠湖社区${n}号楼停电了` }])
    }
    const ready = await house.bot.app.inject({ method: 'GET', url: '/readyz' })
    expect(ready.statusCode).toBe(200)
  })

  test('the platform’s own second try brings the message in', async () => {
    let logged = ''
    const log = pino({ level: 'error' }, { write: (line: string) => void (logged += line) })
    const patient = await startTestHouse({ workers: false, attempts: 3, timeoutMs: 1_000, log })
    const { database } = patient.database.config
    await patient.owner.query(`ALTER DATABASE ${database} CONNECTION LIMIT 0`)
    await patient.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'mashang_app'`,
    )
    const resident = patient.resident()
    const said = resident.say('虹桥社区的电梯停了')
    await patient.until(() => logged.includes('could not be stored'), 'the first try was to fail')
    await patient.owner.query(`ALTER DATABASE ${database} CONNECTION LIMIT -1`)
    const result = await said
    expect(result).toMatchObject({ answered: true, status: 200 })
    expect(result.attempts).toBeGreaterThan(1)
    const { rows } = await patient.owner.query('SELECT 1 FROM message')
    expect(rows).toHaveLength(1)
    await patient.stop()
  })
})

test('a commit whose answer was lost: the same push again finds its answer, and the next case gets a number of its own', async () => {
  let losing = false
  const pool = testPool({ ...house.ledger.serving, max: 4 })
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    client.query = (async (...args: unknown[]) => {
      const result = await query(...args)
      if (args[0] !== 'COMMIT' || !losing) return result
      losing = false
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
    }) as never
  })
  const app = await doorWith((sound) => sound, pool)
  const lost = pushes.text('oLost', '百合社区的垃圾没人收')
  await pushes.post(app, pushes.text('oBefore', '帮助'))
  losing = true
  expect((await pushes.post(app, lost)).statusCode).toBe(503)
  const again = await pushes.post(app, lost)
  expect(pushes.replied(again)).toContain('编号')
  expect(await stored('oLost')).toHaveLength(1)
  const next = await pushes.post(app, pushes.text('oNext', '百合社区的下水道堵了'))
  expect(pushes.replied(next)).toContain('编号')
  await pool.end()
})
