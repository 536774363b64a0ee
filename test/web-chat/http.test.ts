import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberIn } from '../house/scene.ts'
import { startTestHouse, until } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { shown, visitor } from './visitor.ts'

const lamp = '晨光佳苑3号楼路灯坏了两周没人修'
const logged: string[] = []

let house: TestHouse

beforeAll(async () => {
  const log = pino({ level: 'trace' }, new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }))
  house = await startTestHouse({ log })
})
afterAll(() => house.stop())

const count = async (what: string) =>
  (await house.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`)).rows[0]!.n

describe('the page', () => {
  test('is served with its policy, and again only when it changed', async () => {
    const { origin } = visitor(house)
    const page = await fetch(`${origin}/chat?d=bd-001`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('<html lang="zh-CN">')
    const again = await fetch(`${origin}/chat`, { headers: { 'if-none-match': page.headers.get('etag')! } })
    expect(again.status).toBe(304)
    const embed = await fetch(`${origin}/chat/embed.js`)
    expect(embed.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    for (const path of ['/chat/chat.html', '/chat/words', '/chat/../package.json', '/chat/%2e%2e/package.json']) {
      expect((await fetch(origin + path)).status).toBe(404)
    }
  })
})

describe('a device', () => {
  test('gets a cookie that scripts can’t read, keeps it, and is not yet known', async () => {
    const before = await count('contact')
    const one = visitor(house)
    const session = await one.begin()
    expect(session).toEqual({ greeting: expect.stringContaining('白银市'), known: false, pickup: expect.any(Boolean) })
    const secret = one.headers['cookie']
    expect(secret).toMatch(/^mashang=[\w-]{43}$/)
    await one.begin()
    expect(one.headers['cookie']).toBe(secret)
    expect(await count('contact')).toBe(before)
  })

  test('in a frame gets its secret to keep, and never the cookie’s', async () => {
    const one = visitor(house)
    await one.begin()
    const framed = (await (await one.post('/chat/session', { keep: 'storage' })).json()) as { secret: string }
    expect(framed.secret).toMatch(/^[\w-]{43}$/)
    expect(one.headers['cookie']).not.toContain(framed.secret)
    const two = visitor(house)
    const { secret } = await two.begin({ keep: 'storage' })
    expect(two.headers['cookie']).toBeUndefined()
    expect(secret).toBeDefined()
    // Brought along, it is not told again.
    expect((await two.begin({ keep: 'storage' })).secret).toBeUndefined()
    expect(await two.tell(lamp)).toContain('编号')
    expect((await two.begin({ keep: 'storage' })).known).toBe(true)
  })

  test('is greeted by the deputy or station of its link, without a trace in the ledger', async () => {
    const before = await count('message')
    const greeting = async (scene: unknown) => (await visitor(house).begin({ keep: 'cookie', scene })).greeting
    expect(await greeting('d-bd-001')).toMatch(/这里联系的是.+代表/)
    expect(await greeting('s-st-02')).toContain('晨光社区代表联络站')
    for (const scene of ['d-nobody', 'x', 5, null]) expect(await greeting(scene)).toContain('白银市')
    expect(await greeting('d-bd-001')).not.toContain('语音')
    expect(await count('message')).toBe(before)
  })

  test('can have itself forgotten', async () => {
    const one = visitor(house)
    await one.begin()
    const response = await one.post('/chat/forget', {})
    expect(response.status).toBe(204)
    expect(response.headers.get('set-cookie')).toMatch(/^mashang=; .*Max-Age=0/)
  })
})

describe('what another site could send', () => {
  test('is refused: without the header, as a form, and with what it thinks is a preflight', async () => {
    const one = visitor(house)
    await one.begin()
    const { cookie } = one.headers
    const body = JSON.stringify({ id: randomUUID(), text: lamp })
    const before = await count('message')
    for (const path of ['/channels/web', '/chat/session', '/chat/forget']) {
      const bare = await fetch(one.origin + path, {
        method: 'POST',
        headers: { cookie: cookie!, 'content-type': 'application/json' },
        body,
      })
      expect([path, bare.status, await bare.text()]).toEqual([path, 403, 'WEB_FOREIGN'])
      const form = await one.post(path, {}, { 'content-type': 'text/plain' })
      expect([path, form.status]).toEqual([path, 403])
      const asked = await fetch(one.origin + path, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
      expect(asked.headers.get('access-control-allow-origin')).toBeNull()
      expect(asked.ok).toBe(false)
    }
    const stream = await fetch(`${one.origin}/chat/events`, { headers: { cookie: cookie! } })
    expect(stream.status).toBe(403)
    expect(await count('message')).toBe(before)
  })

  test('without a secret nothing is heard or shown', async () => {
    const stranger = visitor(house)
    expect((await stranger.say(lamp)).status).toBe(401)
    const stream = await stranger.listen()
    expect(stream.response.statusCode).toBe(401)
  })
})

describe('what is said on the page', () => {
  test('opens a case, and the answer carries its number; the same id again is the same message', async () => {
    const one = visitor(house)
    await one.begin()
    const before = await count('"case"')
    const id = randomUUID()
    const answers = await Promise.all([1, 2, 3, 4].map(() => one.say(lamp, id)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map(({ body }) => (JSON.parse(body) as { answer: string }).answer)).size).toBe(1)
    expect(numberIn(answers[0]!.body)).toMatch(/^\d{4}-\d$/)
    expect(await count('"case"')).toBe(before + 1)
    expect((await one.begin()).known).toBe(true)
  })

  test('too often is told to wait, stores what it took, and no more', async () => {
    const one = visitor(house, { 'x-forwarded-for': '203.0.113.99' })
    await one.begin()
    const before = await count('message')
    const statuses: number[] = []
    for (let each = 0; each < 14; each++) {
      const { status, response } = await one.say('进度')
      statuses.push(status)
      if (status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const taken = statuses.filter((status) => status === 200).length
    expect(taken).toBeGreaterThanOrEqual(12)
    expect(statuses.at(-1)).toBe(429)
    expect(await count('message')).toBe(before + taken)
  })
})

describe('reading along', () => {
  test('begins with the conversation so far, goes on by itself, and shows a delivery once it is sent', async () => {
    const deputy = await house.bind('bd-004')
    const one = visitor(house)
    await one.begin()
    await one.post('/channels/web', { id: randomUUID(), scene: 'd-bd-004' })
    const receipt = await one.tell(lamp)
    const stream = await one.listen()
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const first = await shown(stream, ({ text }) => text === lamp, 'the conversation so far')
    expect(first).toMatchObject({ way: 'said', type: 'text', answer: receipt })
    await deputy.say(`${numberIn(receipt)} 接单`)
    const told = await shown(stream, ({ way }) => way === 'told', 'the deputy’s word')
    expect(told.text).toContain('已接单')
    const { id } = await one.say('进度')
    const said = await shown(stream, (spoken) => spoken.id === id, 'what was said elsewhere')
    expect(stream.spoken.indexOf(said)).toBeGreaterThan(stream.spoken.indexOf(told))
    expect(new Set(stream.spoken.map((spoken) => spoken.id)).size).toBe(stream.spoken.length)

    // Away for a while: what came meanwhile comes then, from where it ended.
    stream.close()
    await deputy.say(`${numberIn(receipt)} 进展 电工明天到现场`)
    await until(async () => (await count(`delivery WHERE text LIKE '%电工明天%' AND status = 'sent'`)) === 1)
    const back = await one.listen(stream.lastId)
    const progress = await shown(back, ({ text }) => text?.includes('电工明天') === true, 'what was missed')
    expect(back.spoken.indexOf(progress)).toBe(back.spoken.length - 1)
    back.close()
    const { rows } = await house.owner.query<{ status: string; platformId: string | null }>(
      `SELECT status, platform_id AS "platformId" FROM delivery WHERE text LIKE '%电工明天%'`,
    )
    expect(rows).toEqual([{ status: 'sent', platformId: null }])
  })

  test('shows nobody else’s words', async () => {
    const [one, two] = [visitor(house), visitor(house)]
    await one.begin()
    await two.begin()
    await one.tell(lamp)
    const stream = await two.listen()
    await two.tell('你好')
    await shown(stream, ({ text }) => text === '你好', 'one’s own')
    expect(stream.spoken.filter(({ text }) => text === lamp)).toEqual([])
    stream.close()
  })

  test('a bad position begins anew; one from the future, as after a clock was set back, goes on from now', async () => {
    const one = visitor(house)
    await one.begin()
    await one.tell(lamp)
    const anew = await one.listen('x')
    await shown(anew, ({ text }) => text === lamp, 'all of it')
    anew.close()
    house.clock.advance(60_000)
    const future = await one.listen('9999999999999999-9999999999999999')
    await one.tell('又有一盏路灯坏了')
    await shown(future, ({ text }) => text === '又有一盏路灯坏了', 'what is said from then on')
    expect(future.spoken.map(({ text }) => text)).not.toContain(lamp)
    future.close()
  })

  test('three pages a device; a fourth waits until one is closed', async () => {
    const one = visitor(house)
    await one.begin()
    const streams = await Promise.all([1, 2, 3].map(() => one.listen()))
    expect(streams.map(({ response }) => response.statusCode)).toEqual([200, 200, 200])
    const fourth = await one.listen()
    expect(fourth.response.statusCode).toBe(429)
    expect(fourth.response.headers['retry-after']).toBe('30')
    streams[0]!.close()
    await until(async () => {
      const next = await one.listen()
      streams.push(next)
      return next.response.statusCode === 200
    })
    for (const stream of streams) stream.close()
  })
})

test('no log holds a word, a secret or an IP', () => {
  expect(logged.length).toBeGreaterThan(0)
  const all = logged.join('')
  for (const secret of [lamp, '电工', '203.0.113.99', '127.0.0.1']) expect(all).not.toContain(secret)
})

test('a house that stops ends the pages’ streams in good order', async () => {
  const own = await startTestHouse({ workers: false })
  const one = visitor(own)
  await one.begin()
  const stream = await one.listen()
  await until(() => stream.raw.includes('data: []'))
  const began = performance.now()
  await own.stop()
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(stream.response.complete).toBe(true)
})
