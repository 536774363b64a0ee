import type pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createChannels } from '#channels'
import { openKeyring, verify } from '#store'
import { startBot } from '../../bot/main.ts'
import type { Bot } from '../../bot/main.ts'
import { testPool } from '../support/postgres.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'
import type { Pushes } from './push.ts'

let house: TestHouse
let pushes: Pushes
/** A second process in all but name: its own pool, keyring, directory and batches over the same database. */
let other: { bot: Bot; pool: pg.Pool }
const troubles: string[] = []

beforeAll(async () => {
  const log = pino({ level: 'warn' }, { write: (line: string) => void troubles.push(line) })
  house = await startTestHouse({ workers: false, log })
  pushes = pushesFor(house, 'safe')
  const { city, say, clock, account } = house
  const pool = testPool({ ...house.ledger.serving, max: 8 })
  const keyring = await openKeyring(pool, house.masterKey)
  const channels = createChannels({ officialAccount: account }, { clock })
  other = { pool, bot: await startBot({ pool, keyring, city, say, clock, log, port: 0, channels }) }
})
afterAll(async () => {
  await other.bot.stop()
  await other.pool.end()
  await house.stop()
})

const bots = () => [house.bot.app, other.bot.app] as const
const count = async (sql: string, values: unknown[] = []) => {
  const { rows } = await house.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`, values)
  return rows[0]!.n
}
const ofSender = (openid: string) => [house.ledger.keyring.lookupHash(openid)]

describe('the same message', () => {
  test('four times at once: one row, one case, four identical answers; and the same again later', async () => {
    const openid = 'oFourTimes'
    const message = pushes.text(openid, '晨光社区的井盖丢了，晚上走路很危险')
    const four = await Promise.all([1, 2, 3, 4].map(() => pushes.post(house.bot.app, message)))
    const answers = four.map((response) => pushes.replied(response))
    expect(answers[0]).toContain('编号')
    expect(new Set(answers).size).toBe(1)
    expect(four.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])

    // Meanwhile the conversation went on: the old message still has its old answer.
    await pushes.post(house.bot.app, pushes.text(openid, '进度'))
    house.clock.advance(20_000)
    const later = await pushes.post(other.bot.app, message)
    expect(pushes.replied(later)).toBe(answers[0])

    const contact = 'contact WHERE address_hash = $1'
    expect(await count(contact, ofSender(openid))).toBe(1)
    expect(await count(`message WHERE contact_id = (SELECT id FROM ${contact})`, ofSender(openid))).toBe(2)
    expect(await count(`"case" WHERE contact_id = (SELECT id FROM ${contact})`, ofSender(openid))).toBe(1)
  })

  test('an event has no id, and is known again by what it says', async () => {
    const event = pushes.text('oEvent', '', { MsgType: 'event', Event: 'subscribe', EventKey: 'qrscene_s-st-01' })
    const twice = await Promise.all(bots().map((app) => pushes.post(app, event)))
    expect(twice.map(({ statusCode }) => statusCode)).toEqual([200, 200])
    expect(pushes.replied(twice[0]!)).toBe(pushes.replied(twice[1]!))
    expect(await count(`message WHERE type = 'follow'`)).toBe(1)
  })
})

describe('two processes over one ledger', () => {
  test('the same messages pushed to both at once are stored once each, and answered alike', async () => {
    const before = await count('message')
    const residents = Array.from({ length: 30 }, (_, n) => `oBoth${n}`)
    const said = ['晨光社区楼下的路灯坏了', '还有井盖也松了', '进度', '谢谢']
    const rounds = said.map((words) => residents.map((openid) => pushes.text(openid, words)))
    for (const round of rounds) {
      const answered = await Promise.all(
        round.flatMap((message, n) => {
          const [a, b] = n % 2 ? bots() : bots().toReversed()
          return [pushes.post(a, message), pushes.post(b, message)]
        }),
      )
      for (let n = 0; n < answered.length; n += 2) {
        expect([answered[n]!.statusCode, answered[n + 1]!.statusCode]).toEqual([200, 200])
        expect(pushes.replied(answered[n]!)).toBe(pushes.replied(answered[n + 1]!))
      }
    }
    expect(await count('message')).toBe(before + residents.length * said.length)
    expect(
      await count(`"case" c JOIN contact w ON w.id = c.contact_id WHERE w.address_hash = ANY($1)`, [
        residents.map((openid) => house.ledger.keyring.lookupHash(openid)),
      ]),
    ).toBe(residents.length)
  })

  test('one resident’s burst through both doors makes one conversation', async () => {
    const openid = 'oBurst'
    const words = Array.from({ length: 12 }, (_, n) => `晨光社区路灯坏了，补充第${n}点`)
    const answers = await Promise.all(words.map((text, n) => pushes.post(bots()[n % 2]!, pushes.text(openid, text))))
    expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true)
    const { rows } = await house.owner.query<{ words: string[]; version: number }>(
      `SELECT state->'words' AS words, version FROM "case" c JOIN contact w ON w.id = c.contact_id WHERE w.address_hash = $1`,
      ofSender(openid),
    )
    expect(rows).toHaveLength(1)
    expect(new Set(rows[0]!.words).size).toBe(words.length)
  })

  test('a crowd, and deputies answering the crowd’s cases meanwhile: all stored, nothing stuck, every chain whole', async () => {
    const deputies = await Promise.all(
      house.city.people
        .filter(({ role }) => role === 'deputy')
        .slice(0, 3)
        .map(({ id }) => house.bind(id)),
    )
    const before = await count('message')
    const scene = house.city.stations[0]!.scene
    const crowd = Array.from({ length: 60 }, (_, n) => `oCrowd${n}`)
    const scan = (openid: string) => pushes.text(openid, '', { MsgType: 'event', Event: 'SCAN', EventKey: scene })
    const scanned = await Promise.all(crowd.map((openid, n) => pushes.post(bots()[n % 2]!, scan(openid))))
    const waves = await Promise.all(
      ['小区停水三天了', '物业电话打不通', '今天还是没水'].flatMap((words, wave) => [
        ...crowd.map((openid, n) => pushes.post(bots()[(n + wave) % 2]!, pushes.text(openid, words))),
        ...deputies.flatMap(({ openid }) =>
          ['接单', '进展 已经联系供水公司', '1'].map((said, n) =>
            pushes.post(bots()[n % 2]!, pushes.text(openid, said)),
          ),
        ),
      ]),
    )
    expect([...scanned, ...waves].filter(({ statusCode }) => statusCode !== 200)).toEqual([])
    expect(await count('message')).toBe(before + crowd.length * 4 + 3 * 3 * deputies.length)
    const { faults, cases } = await verify(house.ledger.pool)
    expect(faults).toEqual([])
    expect(cases).toBeGreaterThan(crowd.length)
    if (troubles.length) console.log(troubles.join(''))
    expect(await count(`message WHERE meaning = 'failed'`)).toBe(0)
    expect(troubles).toEqual([])
  })
})
