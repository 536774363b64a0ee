import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { maxPushBytes } from '#channels'
import { listRefusals } from '#store'
import { toXml } from '../../simulators/tencent/xml.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { pushesFor } from './push.ts'
import type { Pushes } from './push.ts'

let houses: Record<'plain' | 'safe', TestHouse>
let pushes: Record<'plain' | 'safe', Pushes>

beforeAll(async () => {
  const [plain, safe] = await Promise.all([
    startTestHouse({ mode: 'plain', workers: false }),
    startTestHouse({ mode: 'safe', workers: false }),
  ])
  houses = { plain, safe }
  pushes = { plain: pushesFor(plain, 'plain'), safe: pushesFor(safe, 'safe') }
})
afterAll(async () => {
  await houses.plain.stop()
  await houses.safe.stop()
})

const modes = ['plain', 'safe'] as const
const seconds = (house: TestHouse, from: number) => String(Math.floor(house.clock().getTime() / 1000) + from)
const messages = async (house: TestHouse) => {
  const { rows } = await house.owner.query<{ n: number }>('SELECT count(*)::int AS n FROM message')
  return rows[0]!.n
}
/** What each house has refused so far; at the end it must be what its ledger counted. */
const refusals = new Map<TestHouse, Record<string, number>>()
function note(house: TestHouse, code: string) {
  const codes = refusals.get(house) ?? {}
  refusals.set(house, { ...codes, [code]: (codes[code] ?? 0) + 1 })
}

/** Refused with that status and code, and nothing of it stored. */
async function refused(
  house: TestHouse,
  push: () => Promise<{ statusCode: number; payload: string }>,
  status: number,
  code: string,
) {
  const stored = await messages(house)
  const response = await push()
  expect({ status: response.statusCode, code: response.payload }).toEqual({ status, code })
  note(house, code)
  expect(await messages(house)).toBe(stored)
}

describe.each(modes)('refused at the door in %s mode', (mode) => {
  const send = (house: TestHouse, ...[message, parts]: Parameters<Pushes['request']>) =>
    house.bot.app.inject(pushes[mode].request(message, parts))

  test('a wrong signature', async () => {
    const house = houses[mode]
    const { text } = pushes[mode]
    const member = mode === 'plain' ? 'signature' : 'msg_signature'
    const forged = { query: { [member]: 'f'.repeat(40) } }
    await refused(house, () => send(house, text('oForger', '假的'), forged), 403, 'PUSH_SIGNATURE')
    await refused(house, () => send(house, text('oForger', '假的'), { query: { [member]: '' } }), 400, 'PUSH_FIELDS')
  })

  test('a signature older than five minutes, or from the future', async () => {
    const house = houses[mode]
    const { text } = pushes[mode]
    for (const from of [-305, 305]) {
      await refused(
        house,
        () => send(house, text('oLate', '来晚了'), { timestamp: seconds(house, from) }),
        403,
        'PUSH_STALE',
      )
    }
    const inTime = await send(house, text('oLate', '来得及'), { timestamp: seconds(house, -295) })
    expect(inTime.statusCode).toBe(200)
  })

  test('a nonce used again with another body; the first message is unharmed', async () => {
    const house = houses[mode]
    const { text, replied } = pushes[mode]
    const parts = { timestamp: seconds(house, 0), nonce: `77${mode.length}4455` }
    const genuine = text(`oNonce${mode}`, '晨光社区的路灯坏了')
    const first = await send(house, genuine, parts)
    expect(first.statusCode).toBe(200)
    const other = text(`oThief${mode}`, '把这条当成他说的')
    await refused(house, () => send(house, other, parts), 403, 'PUSH_REPLAYED')
    const again = await send(house, genuine, parts)
    expect(again.statusCode).toBe(200)
    expect(replied(again)).toBe(replied(first))
    const { rows } = await house.owner.query('SELECT 1 FROM message WHERE nonce = $1', [
      `${parts.timestamp}:${parts.nonce}`,
    ])
    expect(rows).toHaveLength(1)
  })

  test('two bodies under one nonce at the same moment: one is taken', async () => {
    const house = houses[mode]
    const { text } = pushes[mode]
    const parts = { timestamp: seconds(house, 0), nonce: `88${mode.length}4455` }
    const before = await messages(house)
    const both = await Promise.all([1, 2].map((n) => send(house, text(`oTwin${n}`, `第${n}个`), parts)))
    expect(both.map(({ statusCode }) => statusCode).sort((a, b) => a - b)).toEqual([200, 403])
    note(house, 'PUSH_REPLAYED')
    expect(await messages(house)).toBe(before + 1)
  })

  test('a body over a mebibyte', async () => {
    const house = houses[mode]
    const huge = pushes[mode].text('oHuge', '长'.repeat(maxPushBytes / 3))
    await refused(house, () => send(house, huge), 413, 'PUSH_TOO_LARGE')
  })

  test.each([
    ['a DOCTYPE', '<!DOCTYPE xml [<!ENTITY a "b">]><xml><MsgType>text</MsgType></xml>', 'PUSH_XML'],
    [
      'a DOCTYPE that asks for a file',
      '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Content>&f;</Content></xml>',
      'PUSH_XML',
    ],
    ['broken XML', '<xml><ToUserName>gh_5d1f0c7e9a42</ToUserName><From', 'PUSH_XML'],
    ['an unclosed CDATA', '<xml><Content><![CDATA[没有完</Content></xml>', 'PUSH_XML'],
    ['no XML at all', '{"MsgType":"text"}', 'PUSH_XML'],
    ['an empty body', '', 'PUSH_XML'],
    ['an element without members', '<xml></xml>', 'PUSH_XML'],
  ])('%s', async (_, body, code) => {
    const house = houses[mode]
    await refused(house, () => send(house, body), 400, code)
  })

  test.each(['ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'MsgId'])('a text without %s', async (missing) => {
    const house = houses[mode]
    const fields = pushes[mode].text('oMissing', '少了一样')
    const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== missing))
    await refused(house, () => send(house, toXml(rest)), 400, 'PUSH_FIELDS')
  })

  test.each(['timestamp', 'nonce'])('a query without %s', async (missing) => {
    const house = houses[mode]
    const push = () => send(house, pushes[mode].text('oQuery', '少了一样'), { query: { [missing]: undefined } })
    await refused(house, push, 400, 'PUSH_FIELDS')
  })

  test('a query that says a thing twice', async () => {
    const house = houses[mode]
    const request = pushes[mode].request(pushes[mode].text('oTwice', '两次'))
    await refused(
      house,
      () => house.bot.app.inject({ ...request, url: `${String(request.url)}&nonce=1` }),
      400,
      'PUSH_FIELDS',
    )
  })
})

describe('refused where a key is set', () => {
  test('a plain post, rightly signed', async () => {
    const plain = pushesFor(houses.safe, 'plain')
    const push = () => plain.post(houses.safe.bot.app, plain.text('oPlain', '没有加密'))
    await refused(houses.safe, push, 403, 'PUSH_PLAIN_REFUSED')
  })

  test('a push sealed for another account', async () => {
    const { post, text } = pushes.safe
    const push = () => post(houses.safe.bot.app, text('oOther', '别家的'), { appId: 'wx0000000000000000' })
    await refused(houses.safe, push, 403, 'PUSH_APP_ID')
  })

  test('a push sealed with another key', async () => {
    const foreign = pushesFor(
      { ...houses.safe, account: { ...houses.safe.account, aesKey: 'x'.repeat(42) + 'A' } },
      'safe',
    )
    await refused(
      houses.safe,
      () => foreign.post(houses.safe.bot.app, foreign.text('oKey', '钥匙不对')),
      403,
      'PUSH_DECRYPT',
    )
  })

  test('an encrypted post where none is set', async () => {
    const account = { ...houses.plain.account, aesKey: houses.safe.account.aesKey }
    const sealed = pushesFor({ ...houses.plain, account }, 'safe')
    await refused(
      houses.plain,
      () => sealed.post(houses.plain.bot.app, sealed.text('oSealed', '加密的')),
      403,
      'PUSH_DECRYPT',
    )
  })
})

describe('the check of the address', () => {
  test('with a wrong signature is refused', async () => {
    const house = houses.safe
    const url = `/channels/official-account?signature=${'0'.repeat(40)}&timestamp=${seconds(house, 0)}&nonce=1&echostr=hello`
    await refused(house, () => house.bot.app.inject({ method: 'GET', url }), 403, 'PUSH_SIGNATURE')
  })
})

test('whatever stands in the body, and however the request is made, it is 4xx', async () => {
  const house = houses.plain
  const before = await messages(house)
  const body = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 200 }).map((inner) => `<xml>${inner}</xml>`),
  )
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const response = await house.bot.app.inject(pushes.plain.request(text))
      expect(response.statusCode).toBeGreaterThanOrEqual(400)
      expect(response.statusCode).toBeLessThan(500)
      note(house, response.payload)
    }),
    { numRuns: 150 },
  )
  const bare = await house.bot.app.inject({ method: 'POST', url: '/channels/official-account' })
  expect({ status: bare.statusCode, code: bare.payload }).toEqual({ status: 400, code: 'PUSH_FIELDS' })
  note(house, 'PUSH_FIELDS')
  const put = await house.bot.app.inject({ method: 'PUT', url: '/channels/official-account', payload: 'x' })
  expect(put.statusCode).toBe(405)
  const broken = await house.bot.app.inject({
    method: 'POST',
    url: '/channels/official-account?nonce=%E0%A4%A',
    payload: 'x',
  })
  expect(broken.statusCode).toBe(400)
  note(house, broken.payload)
  expect(await messages(house)).toBe(before)
})

test.each(modes)('every refusal in %s mode was counted, by code', async (mode) => {
  const house = houses[mode]
  const counted = async () => {
    const listed = await listRefusals(house.ledger.pool)
    return Object.fromEntries(listed.map(({ code, count }) => [code, count]))
  }
  await expect.poll(counted, { timeout: 10_000, interval: 200 }).toEqual(refusals.get(house))
})
