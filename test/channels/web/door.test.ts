import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMashangError } from '#base'
import { addressOf, createChannels, idOf, newSecret } from '#channels'
import type { DoorRequest, Opened } from '#channels'

const now = new Date('2026-11-23T02:00:00Z')
const web = (secure = false) => createChannels({ webChat: { secure } }, { clock: () => now })[0]!

function asked(body: unknown, over: Partial<DoorRequest> = {}, secret = newSecret()): DoorRequest {
  const headers = { 'x-mashang': '1', 'content-type': 'application/json', cookie: `mashang=${secret}`, ...over.headers }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { method: 'POST', path: '', query: {}, body: text, peer: '203.0.113.7', ...over, headers }
}

const said = (text: string) => ({ id: randomUUID(), text })

function heard(opened: Opened) {
  if (opened.do !== 'hear') throw new Error(`answered with ${opened.answer.status}`)
  return opened
}

function refused(request: DoorRequest, secure = false): [code: string, status: number] {
  try {
    web(secure).door!.open(request, now)
  } catch (error) {
    if (isMashangError(error)) return [error.code, error.status]
    throw error
  }
  throw new Error('it was let in')
}

describe('the page’s door', () => {
  test('reads what the page says: who, what, when, and under which id', () => {
    const secret = newSecret()
    const body = { ...said('路灯坏了'), age: 60_000 }
    const { inbound, reply } = heard(web().door!.open(asked(body, {}, secret), now))
    expect(inbound).toEqual({
      channel: 'web',
      account: 'web',
      address: addressOf(secret),
      dedupeKey: expect.stringMatching(/^[\w.-]{53}$/),
      nonce: null,
      saidAt: new Date('2026-11-23T01:59:00Z'),
      content: { type: 'text', text: '路灯坏了' },
    })
    expect(idOf(inbound.dedupeKey)).toBe(body.id)
    expect(JSON.parse(reply('已收到').body)).toEqual({ id: body.id, answer: '已收到', at: now.getTime() })
    expect(reply(null)).toMatchObject({ status: 200, contentType: expect.stringContaining('application/json') })
  })

  test('the same id is the same message from one device, and another from another', () => {
    const [mine, other] = [newSecret(), newSecret()]
    const body = said('路灯坏了')
    const key = (secret: string) => heard(web().door!.open(asked(body, {}, secret), now)).inbound.dedupeKey
    expect(key(mine)).toBe(key(mine))
    expect(key(mine)).not.toBe(key(other))
  })

  test('a link’s deputy or station is a scan', () => {
    const content = (scene: string) => heard(web().door!.open(asked({ id: randomUUID(), scene }), now)).inbound.content
    expect(content('d-bd-001')).toEqual({ type: 'scan', scene: 'd-bd-001' })
    expect(refused(asked({ id: randomUUID(), scene: 'x-1' }))).toEqual(['WEB_BODY', 400])
    expect(refused(asked({ id: randomUUID(), scene: 'd-1', text: 'a' }))).toEqual(['WEB_BODY', 400])
  })

  test('the time is the page’s word only so far: not in the future, not before last week', () => {
    const at = (age: unknown) => heard(web().door!.open(asked({ ...said('甲'), age }), now)).inbound.saidAt.getTime()
    expect([-5_000, 'x', null, undefined].map(at)).toEqual(Array(4).fill(now.getTime()))
    expect(at(1e15)).toBe(now.getTime() - 7 * 86_400_000)
  })

  test('what is not from our page is not let in', () => {
    const ok = said('路灯坏了')
    expect(refused(asked(ok, { headers: { 'x-mashang': undefined } }))).toEqual(['WEB_FOREIGN', 403])
    // What a form of another site can send without asking.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', undefined]) {
      expect(refused(asked(ok, { headers: { 'content-type': type } }))).toEqual(['WEB_FOREIGN', 403])
    }
    expect(refused(asked(ok, { headers: { cookie: undefined } }))).toEqual(['WEB_SECRET', 401])
    expect(refused(asked(ok), true)).toEqual(['WEB_SECRET', 401])
    expect(refused(asked(ok, { method: 'GET' }))).toEqual(['WEB_METHOD', 405])
    expect(refused(asked(ok, { path: '/x' }))).toEqual(['WEB_PATH', 404])
  })

  test('what can’t be read is refused without quoting it', () => {
    const bad = [
      '',
      'null',
      '[]',
      '"a"',
      '{',
      { id: 'x', text: '甲' },
      { id: randomUUID() },
      said(' \n '),
      said('\u0000'),
    ]
    for (const body of bad) expect(refused(asked(body))).toEqual(['WEB_BODY', 400])
    expect(refused(asked(said('长'.repeat(10_001))))).toEqual(['WEB_TOO_LONG', 413])
    try {
      web().door!.open(asked('{ "text": "王小明 13800000000'), now)
    } catch (error) {
      expect(String(error)).not.toContain('王小明')
      expect((error as Error).cause).toBeUndefined()
    }
  })

  test('whatever comes in, it is heard, answered or refused with a 4xx; what is heard fits into a database', () => {
    const door = web().door!
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string({ unit: 'binary', minLength: 1 }).map((text) => JSON.stringify({ id: randomUUID(), text })),
    )
    fc.assert(
      fc.property(anything, fc.nat(), (body, peer) => {
        try {
          const opened = door.open(asked(body, { peer: `198.51.${peer % 256}.${(peer >> 8) % 256}` }), now)
          if (opened.do === 'answer') return opened.answer.status === 429
          const { content } = opened.inbound
          if (content.type !== 'text') return content.type === 'scan'
          return content.text.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(content.text)
        } catch (error) {
          return isMashangError(error) && error.status >= 400 && error.status < 500
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a flood at the page’s door', () => {
  const answers = (door: ReturnType<typeof web>['door'], requests: DoorRequest[]) =>
    requests.map((request) => {
      const opened = door!.open(request, now)
      return opened.do === 'hear' ? 'heard' : opened.answer
    })

  test('from one device is told to wait, in seconds', () => {
    const secret = newSecret()
    const told = answers(
      web().door,
      Array.from({ length: 13 }, () => asked(said('路灯坏了'), {}, secret)),
    )
    expect(told.slice(0, 12)).toEqual(Array(12).fill('heard'))
    expect(told[12]).toMatchObject({ status: 429, headers: { 'retry-after': '3' } })
    expect(JSON.stringify(told[12])).not.toContain('路灯')
  })

  test('from one IP too, however many secrets it makes, and nobody else is', () => {
    const { door } = web()
    const told = answers(
      door,
      Array.from({ length: 130 }, () => asked(said('路灯坏了'))),
    )
    expect(told.filter((each) => each === 'heard')).toHaveLength(120)
    expect(told.at(-1)).toMatchObject({ status: 429 })
    expect(answers(door, [asked(said('路灯坏了'), { peer: '203.0.113.8' })])).toEqual(['heard'])
  })
})

test('sending is done when it lies in the ledger: the page reads it there', async () => {
  expect(await web().send(addressOf(newSecret()), { type: 'text', text: '您好' }, 'k')).toEqual({
    status: 'sent',
    platformId: null,
  })
})
