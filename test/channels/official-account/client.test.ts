import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOfficialAccountClient } from '#channels'
import { startOfficialAccountSimulator } from '#simulators'
import type { AddressInfo } from 'node:net'
import type { OfficialAccountClientOptions, TokenStore } from '#channels'
import type { Person, Simulator } from '#simulators'

let now = new Date('2026-11-23T08:00:00Z')
const clock = () => now
const account = { appId: 'wx0123456789abcdef', appSecret: 'secret' }
let simulator: Simulator
let webhook: ReturnType<typeof createServer>
let person: Person

beforeEach(async () => {
  now = new Date('2026-11-23T08:00:00Z')
  webhook = createServer((_, response) => response.end('success'))
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve))
  const webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`
  simulator = await startOfficialAccountSimulator({ ...account, token: 't', mode: 'plain', webhookUrl, clock })
  person = simulator.person()
  await person.say('路灯坏了')
})

afterEach(async () => {
  await simulator.close()
  await new Promise((resolve) => webhook.close(resolve))
})

function client(options: Partial<OfficialAccountClientOptions> = {}) {
  return createOfficialAccountClient({ ...account, apiUrl: simulator.url, mpUrl: simulator.url, clock, ...options })
}

/** A fetch that notes the paths asked for, and counts calls at the same time. */
function noting() {
  const paths: string[] = []
  const fetch: typeof globalThis.fetch = (input, init) => {
    paths.push(new URL(String(input)).pathname)
    return globalThis.fetch(input, init)
  }
  return { paths, fetch }
}

/** A client whose sends all get this answer, and whose tokens are good. */
function answering(send: () => Promise<Response> | Response) {
  const fetch = (async (input: string | URL | Request) =>
    String(input).includes('stable_token')
      ? Response.json({ access_token: 'T', expires_in: 7200 })
      : send()) as typeof globalThis.fetch
  return client({ fetch })
}

const errcode = (code: number) => answering(() => Response.json({ errcode: code, errmsg: `no rid: 6565-${code}` }))

describe('sending', () => {
  test('arrives, byte for byte', async () => {
    expect(await client().send(person.openid, { type: 'text', text: '编号 0042-7，“已收到” ]]> 😀' })).toEqual({
      status: 'sent',
      platformId: null,
    })
    expect(simulator.accepted.map((one) => [one.openid, one.content])).toEqual([
      [person.openid, '编号 0042-7，“已收到” ]]> 😀'],
    ])
    expect(person.phone.at(-1)).toMatchObject({ from: 'account', via: 'custom' })
  })

  test('many at once ask for one token', async () => {
    const { paths, fetch } = noting()
    const sending = client({ fetch })
    await Promise.all(['一', '二', '三'].map((text) => sending.send(person.openid, { type: 'text', text })))
    expect(paths.filter((path) => path.endsWith('stable_token'))).toHaveLength(1)
    expect(simulator.accepted).toHaveLength(3)
  })

  test('a token near its end is renewed before it is used', async () => {
    const { paths, fetch } = noting()
    const sending = client({ fetch })
    await sending.send(person.openid, { type: 'text', text: '一' })
    now = new Date(now.getTime() + 7_150_000)
    expect(await sending.send(person.openid, { type: 'text', text: '二' })).toMatchObject({ status: 'sent' })
    expect(paths.filter((path) => path.endsWith('stable_token'))).toHaveLength(2)
  })

  test('expired tokens are renewed once, and the send tried again', async () => {
    const sending = client()
    await sending.send(person.openid, { type: 'text', text: '一' })
    simulator.misbehave({ expireTokens: true })
    expect(await sending.send(person.openid, { type: 'text', text: '二' })).toEqual({
      status: 'sent',
      platformId: null,
    })
    expect(simulator.accepted.map((one) => one.content)).toEqual(['一', '二'])
  })

  test.each([40001, 40014, 42001])('%d again after the renewal waits', async (code) => {
    const { paths, fetch } = noting()
    simulator.misbehave({ errcode: code })
    expect(await client({ fetch }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'retry',
      code: String(code),
      afterMs: 60_000,
    })
    expect(paths.filter((path) => path.endsWith('/send'))).toHaveLength(2)
  })
})

describe('error codes', () => {
  test.each([40003, 43004, 43019, 43101, 45015, 45047, 48002])('%d is a no to this person', async (code) => {
    expect(await errcode(code).send('o', { type: 'text', text: 'x' })).toEqual({
      status: 'refused',
      code: String(code),
      reason: `no rid: 6565-${code}`,
      alarm: false,
    })
  })

  test.each([40013, 40037, 40125, 40164, 45002, 47003, 48001, 99999])('%d is our fault', async (code) => {
    expect(await errcode(code).send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'refused',
      code: String(code),
      alarm: true,
    })
  })

  test('-1 and 45011 are tried again', async () => {
    expect(await errcode(-1).send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'retry',
      code: '-1',
      afterMs: 5_000,
    })
    expect(await errcode(45011).send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'retry',
      afterMs: 60_000,
    })
  })

  test.each([
    ['2026-11-23T08:00:00Z', 8 * 3_600_000],
    ['2026-11-23T15:59:59Z', 1_000],
    ['2026-11-23T16:00:00Z', 24 * 3_600_000],
  ])('45009 at %s waits for midnight in Shanghai', async (at, afterMs) => {
    now = new Date(at)
    expect(await errcode(45009).send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'retry',
      code: '45009',
      afterMs,
    })
  })
})

describe('what can not be known is unknown', () => {
  test('dropped after it was accepted', async () => {
    simulator.misbehave({ dropAfterAccept: true })
    expect(await client().send(person.openid, { type: 'text', text: '一' })).toMatchObject({ status: 'unknown' })
    expect(simulator.accepted).toHaveLength(1)
  })

  test('answered too late', async () => {
    simulator.misbehave({ slowMs: 5_000 })
    expect(await client({ timeoutMs: 200 }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'unknown',
      code: 'TIMEOUT',
    })
    expect(simulator.accepted).toHaveLength(1)
  })

  test('never answered', async () => {
    simulator.misbehave({ silent: true })
    expect(await client({ timeoutMs: 200 }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'unknown',
      code: 'TIMEOUT',
    })
  })

  test('a gateway that fails', async () => {
    simulator.misbehave({ http502: true, times: 1 })
    const sending = client()
    expect(await sending.send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'unknown',
      code: 'HTTP_502',
    })
    expect(await sending.send(person.openid, { type: 'text', text: '二' })).toMatchObject({ status: 'sent' })
  })

  test.each(['<html>', '', '[]', 'null', '{"errcode":"0"}'])('an answer that is no answer: %j', async (body) => {
    expect(await answering(() => new Response(body)).send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'unknown',
      code: 'UNREADABLE',
    })
  })
})

describe('nothing was sent', () => {
  const tokenStore: TokenStore = {
    read: async () => ({ value: 'T', expiresAt: new Date(now.getTime() + 3_600_000) }),
    exclusively: () => Promise.reject(new Error('not needed')),
  }

  test('nobody listens', async () => {
    await simulator.close()
    expect(await client({ tokenStore }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'retry',
      code: 'ECONNREFUSED',
    })
  })

  test('nobody has this name', async () => {
    const lost = client({ tokenStore, apiUrl: 'http://nobody.invalid' })
    expect(await lost.send('o', { type: 'text', text: 'x' })).toMatchObject({ status: 'retry' })
  })

  test('the handshake failed', async () => {
    const plain = client({ tokenStore, apiUrl: simulator.url.replace('http:', 'https:') })
    expect(await plain.send('o', { type: 'text', text: 'x' })).toMatchObject({ status: 'retry' })
    expect(simulator.accepted).toHaveLength(0)
  })

  test('nor where the connection was still being made when time ran out', async () => {
    // Takes connections and never says a word: a handshake without end.
    const mute = createTcpServer().listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    const stuck = client({ tokenStore, apiUrl: `https://127.0.0.1:${port}`, timeoutMs: 200 })
    expect(await stuck.send('o', { type: 'text', text: 'x' })).toMatchObject({ status: 'retry', code: 'TIMEOUT' })
    mute.close()
  })

  test('but a reset is unknown', async () => {
    const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    const failing = answering(() => Promise.reject(new TypeError('fetch failed', { cause })))
    expect(await failing.send('o', { type: 'text', text: 'x' })).toMatchObject({
      status: 'unknown',
      code: 'ECONNRESET',
    })
  })

  test.each([{ http502: true }, { silent: true }, { dropAfterAccept: true }, { errcode: -1 }])(
    'the token was not to be had: %j',
    async (wrong) => {
      simulator.misbehave({ ...wrong, path: '/cgi-bin/stable_token' })
      expect(await client({ timeoutMs: 200 }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
        status: 'retry',
      })
      expect(simulator.accepted).toHaveLength(0)
    },
  )

  test('wrong credentials raise the alarm', async () => {
    expect(await client({ appSecret: 'wrong' }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'refused',
      code: '40125',
      alarm: true,
    })
    expect(await client({ appId: 'wx' }).send(person.openid, { type: 'text', text: '一' })).toMatchObject({
      status: 'refused',
      code: '40013',
      alarm: true,
    })
  })
})

describe('QR codes', () => {
  test('come with a picture', async () => {
    const code = await client().createQrCode({ scene: 'deputy-7', expireSeconds: 600 })
    expect(code.url).toMatch(/^http:\/\/weixin\.qq\.com\/q\//)
    const picture = await fetch(code.imageUrl)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
  })

  test('may be permanent', async () => {
    expect((await client().createQrCode({ scene: 'station', expireSeconds: null })).ticket).not.toBe('')
  })

  test('bad arguments and refusals are errors', async () => {
    const bad = expect.objectContaining({ code: 'OFFICIAL_ACCOUNT_QR_CODE' })
    await expect(client().createQrCode({ scene: '', expireSeconds: 60 })).rejects.toEqual(bad)
    await expect(client().createQrCode({ scene: 'x', expireSeconds: 0 })).rejects.toEqual(bad)
    simulator.misbehave({ errcode: 48001, path: '/cgi-bin/qrcode' })
    await expect(client().createQrCode({ scene: 'x', expireSeconds: 60 })).rejects.toThrow(/48001 .*rid: /)
  })
})
