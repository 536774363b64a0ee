import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readPush, verifyUrl } from '#channels'
import { isMashangError } from '#base'
import { connectSimulator, outOfService, startOfficialAccountSimulator } from '#simulators'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Inbound, OfficialAccountKeys } from '#channels'
import type { Mode, Simulator, SimulatorOptions } from '#simulators'

const appId = 'wx0123456789abcdef'
const token = 'street-lamp'
const aesKey = 'b'.repeat(42) + 'A'
let now: Date
const clock = () => now
const closing: (() => Promise<unknown>)[] = []

beforeEach(() => {
  now = new Date('2026-11-23T08:00:00Z')
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function serve(handler: Handler): Promise<string> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString('utf8')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/channels/official-account?from=test`
}

async function start(options: Partial<SimulatorOptions>): Promise<Simulator> {
  const simulator = await startOfficialAccountSimulator({
    appId,
    appSecret: 's',
    token,
    aesKey,
    mode: 'safe',
    clock,
    ...options,
  })
  closing.push(() => simulator.close())
  return simulator
}

/** An account that reads with readPush and answers texts with an echo. */
async function account(keys: OfficialAccountKeys): Promise<{ url: string; inbounds: Inbound[] }> {
  const inbounds: Inbound[] = []
  const url = await serve((request, response, body) => {
    const query = Object.fromEntries(new URL(request.url!, 'http://x').searchParams)
    try {
      if (request.method === 'GET') {
        response.end(verifyUrl(query, keys, now))
        return
      }
      const push = readPush({ query, body }, keys, now)
      inbounds.push(push.inbound)
      const { content } = push.inbound
      response.setHeader('content-type', push.contentType)
      response.end(push.reply(content.type === 'text' ? `收到：${content.text}` : null))
    } catch (error) {
      response.statusCode = isMashangError(error) ? error.status : 500
      response.end()
    }
  })
  return { url, inbounds }
}

const keysFor = (mode: Mode): OfficialAccountKeys => (mode === 'plain' ? { appId, token } : { appId, token, aesKey })

describe.each<Mode>(['plain', 'compatible', 'safe'])('%s mode, end to end', (mode) => {
  test('the address is verified', async () => {
    const { url } = await account(keysFor(mode))
    expect(await (await start({ mode, webhookUrl: url })).verifyWebhook()).toBe(true)
    const { url: other } = await account({ ...keysFor(mode), token: 'another' })
    expect(await (await start({ mode, webhookUrl: other })).verifyWebhook()).toBe(false)
  })

  test('a text is answered, and both are on the phone', async () => {
    const { url, inbounds } = await account(keysFor(mode))
    const simulator = await start({ mode, webhookUrl: url })
    const person = simulator.person()
    const text = '路灯 ]]> <b>坏</b> &amp; 00123 😀'
    expect(await person.say(text)).toMatchObject({ answered: true, text: `收到：${text}`, status: 200, attempts: 1 })
    expect(inbounds).toMatchObject([{ address: person.openid, saidAt: now, content: { type: 'text', text } }])
    expect(person.phone).toEqual([
      { at: now, from: 'me', text, via: null },
      { at: now, from: 'account', text: `收到：${text}`, via: 'reply' },
    ])
  })

  test('everything a phone can do arrives as what it is', async () => {
    const { url, inbounds } = await account(keysFor(mode))
    const person = (await start({ mode, webhookUrl: url })).person()
    await person.follow('deputy-7')
    await person.scan('station-3')
    await person.click('my-cases')
    await person.sendImage()
    await person.sendVoice('电梯坏了')
    await person.sendVideo()
    await person.sendLocation(28.193478, -112.5, '人民路1号')
    await person.sendLink()
    await person.sendRaw({ MsgType: 'hologram', Beam: 1 })
    await person.sendRaw({
      MsgType: 'event',
      Event: 'subscribe_msg_popup_event',
      SubscribeMsgPopupEvent: { List: [{ TemplateId: 'a' }, { TemplateId: 'b' }] },
    })
    await person.unfollow()
    await person.scan('deputy-8')
    expect(inbounds.map(({ content }) => content)).toMatchObject([
      { type: 'follow', scene: 'deputy-7' },
      { type: 'scan', scene: 'station-3' },
      { type: 'click', key: 'my-cases' },
      { type: 'image' },
      { type: 'voice', recognition: '电梯坏了', format: 'amr' },
      { type: 'video' },
      { type: 'location', latitude: 28.193478, longitude: -112.5, label: '人民路1号' },
      { type: 'link', url: 'https://example.com/' },
      { type: 'unsupported', name: 'hologram' },
      { type: 'event', name: 'subscribe_msg_popup_event' },
      { type: 'unfollow' },
      { type: 'follow', scene: 'deputy-8' },
    ])
    expect(new Set(inbounds.map(({ dedupeKey }) => dedupeKey)).size).toBe(inbounds.length)
  })
})

describe('pushing', () => {
  test('ids, times and nonces may be chosen; the same message has the same key', async () => {
    const { url, inbounds } = await account(keysFor('safe'))
    const simulator = await start({ webhookUrl: url })
    const options = {
      createTime: 1_700_000_000,
      msgId: '23456789012345678',
      timestamp: now.getTime() / 1000 - 200,
      nonce: '77',
    }
    await simulator.person('oA').say('一', options)
    await simulator.person('oA').say('一', { ...options, nonce: '78' })
    expect(inbounds.map((one) => one.dedupeKey)).toEqual(['message:23456789012345678', 'message:23456789012345678'])
    expect(inbounds.map((one) => one.nonce)).toEqual([`${options.timestamp}:77`, `${options.timestamp}:78`])
    expect(inbounds[0]!.saidAt).toEqual(new Date(1_700_000_000_000))
  })

  test('three tries of one message, each signed anew, then the phone says so', async () => {
    const tries: { nonce: string | null; msgId: string | undefined }[] = []
    const url = await serve((request, response, body) => {
      tries.push({
        nonce: new URL(request.url!, 'http://x').searchParams.get('nonce'),
        msgId: /<MsgId>.*?(\d+)/.exec(body)?.[1],
      })
      response.statusCode = 500
      response.end()
    })
    const person = (await start({ mode: 'plain', webhookUrl: url, timeoutMs: 30 })).person()
    expect(await person.say('在吗')).toMatchObject({ answered: false, text: null, status: 500, attempts: 3 })
    expect(new Set(tries.map((one) => one.nonce)).size).toBe(3)
    expect(new Set(tries.map((one) => one.msgId)).size).toBe(1)
    expect(person.phone.map((one) => one.text)).toEqual(['在吗', outOfService])
    expect(person.phone[1]).toMatchObject({ from: 'account', via: 'system' })
  })

  test('silence is cut off after the time limit, and a later try may be answered', async () => {
    let seen = 0
    const url = await serve((_, response) => {
      seen += 1
      if (seen === 2) response.end('success')
    })
    const person = (await start({ mode: 'plain', webhookUrl: url, timeoutMs: 60 })).person()
    const result = await person.say('在吗')
    expect(result).toMatchObject({ answered: true, text: null, attempts: 2 })
    expect(result.milliseconds).toBeGreaterThanOrEqual(59)
  })

  test('an answer that cannot be read is final', async () => {
    const answers = ['{"ok":true}', '<xml></xml>', '<xml><ToUserName>x</ToUserName></xml>', 'Success']
    const url = await serve((_, response) => response.end(answers.shift()))
    const person = (await start({ mode: 'plain', webhookUrl: url, timeoutMs: 60 })).person()
    for (let left = answers.length; left > 0; left -= 1) {
      expect(await person.say('在吗')).toMatchObject({ answered: false, status: 200, attempts: 1 })
    }
  })

  test('safe mode takes no reply in clear', async () => {
    const url = await serve((_, response) => response.end('<xml><Content>x</Content></xml>'))
    expect(await (await start({ webhookUrl: url })).person().say('x')).toMatchObject({ answered: false })
  })

  test('without an address, or a key for the mode, it says what is missing', async () => {
    await expect((await start({})).person().say('x')).rejects.toThrow(
      expect.objectContaining({ code: 'SIMULATOR_WEBHOOK' }),
    )
    await expect(start({ aesKey: undefined })).rejects.toThrow(expect.objectContaining({ code: 'SIMULATOR_AES_KEY' }))
  })

  test('who has left cannot write', async () => {
    const { url } = await account(keysFor('safe'))
    const person = (await start({ webhookUrl: url })).person()
    await person.unfollow()
    await expect(person.say('x')).rejects.toThrow(expect.objectContaining({ code: 'SIMULATOR_NOT_FOLLOWING' }))
  })

  test('thousands, 32 at a time', async () => {
    const url = await serve((_, response) => response.end('success'))
    const simulator = await start({ webhookUrl: url })
    let left = 2_000
    const begun = performance.now()
    const worker = async () => {
      while (left-- > 0) expect((await simulator.person().say('路灯坏了')).answered).toBe(true)
    }
    await Promise.all(Array.from({ length: 32 }, worker))
    // A generous bound: it was some 3,000 a second where this was written.
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})

describe('the API', () => {
  let simulator: Simulator
  let access: string
  const post = async (path: string, body: unknown) => {
    const response = await fetch(simulator.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Record<string, unknown> & { errcode?: number; errmsg?: string }
  }
  const stable = (more = {}) =>
    post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid: appId, secret: 's', ...more })
  const send = async (touser: string, content = '您好', using = access) =>
    (await post(`/cgi-bin/message/custom/send?access_token=${using}`, { touser, msgtype: 'text', text: { content } }))
      .errcode

  beforeEach(async () => {
    const { url } = await account(keysFor('safe'))
    simulator = await start({ webhookUrl: url })
    access = String((await stable())['access_token'])
  })

  test('five sends after a message, and a new message opens five more', async () => {
    const person = simulator.person()
    await person.say('一')
    for (let sent = 0; sent < 5; sent += 1) expect(await send(person.openid)).toBe(0)
    expect(await send(person.openid)).toBe(45047)
    await person.say('二')
    expect(await send(person.openid)).toBe(0)
    expect(simulator.accepted).toHaveLength(6)
  })

  test('for 48 hours', async () => {
    const person = simulator.person()
    expect(await send(person.openid)).toBe(45015)
    await person.say('一')
    now = new Date(now.getTime() + 48 * 3_600_000 - 1)
    access = String((await stable())['access_token'])
    expect(await send(person.openid)).toBe(0)
    now = new Date(now.getTime() + 1)
    expect(await send(person.openid)).toBe(45015)
  })

  test.each(['follow', 'scan', 'click'] as const)('three sends within a minute of a %s', async (act) => {
    const person = simulator.person()
    await person[act]('x')
    for (let sent = 0; sent < 3; sent += 1) expect(await send(person.openid)).toBe(0)
    expect(await send(person.openid)).toBe(45047)
    now = new Date(now.getTime() + 60_000)
    expect(await send(person.openid)).toBe(45015)
  })

  test('what is wrong with a send', async () => {
    const person = simulator.person()
    await person.say('一')
    expect(await send('oNobody')).toBe(40003)
    expect(await send(person.openid, '灯'.repeat(683))).toBe(45002)
    expect(await send(person.openid, '')).toBe(44004)
    expect(await send(person.openid, 'x', '')).toBe(41001)
    expect(await send(person.openid, 'x', 'wrong')).toBe(40001)
    expect(await post(`/cgi-bin/message/custom/send?access_token=${access}`, '{')).toMatchObject({
      errcode: 47001,
      errmsg: expect.stringMatching(/ rid: [0-9a-f-]+$/),
    })
    now = new Date(now.getTime() + 7_200_000)
    expect(await send(person.openid)).toBe(42001)
    access = String((await stable())['access_token'])
    await person.unfollow()
    expect(await send(person.openid)).toBe(43004)
    expect(simulator.accepted).toHaveLength(0)
  })

  test('stable tokens stay until forced; plain ones follow each other', async () => {
    expect((await stable())['access_token']).toBe(access)
    const forced = String((await stable({ force_refresh: true }))['access_token'])
    expect(forced).not.toBe(access)
    const query = `grant_type=client_credential&appid=${appId}&secret=s`
    const plain = async () =>
      (await (await fetch(`${simulator.url}/cgi-bin/token?${query}`)).json()) as { access_token: string }
    const first = await plain()
    expect((await plain()).access_token).not.toBe(first.access_token)
    expect(await stable({ secret: 'x' })).toMatchObject({ errcode: 40125 })
    expect(await stable({ appid: 'x' })).toMatchObject({ errcode: 40013 })
    now = new Date(now.getTime() + 301_000)
    expect(await send('oNobody', 'x', first.access_token)).toBe(42001)
    expect(await send('oNobody', 'x', forced)).toBe(40003)
  })

  test('media: bytes for what is there, a code for what is not', async () => {
    const upload = async (field: string, bytes: Buffer) => {
      const form = new FormData()
      form.set(field, new File([new Uint8Array(bytes)], 'lamp.png', { type: 'image/png' }))
      const url = `${simulator.url}/cgi-bin/media/upload?type=image&access_token=${access}`
      return (await (await fetch(url, { method: 'POST', body: form })).json()) as Record<string, unknown>
    }
    const bytes = Buffer.from('\r\n--not the end--\r\n\0')
    const { media_id: id } = await upload('media', bytes)
    expect(await upload('file', bytes)).toMatchObject({ errcode: 41005 })
    expect(await upload('media', Buffer.alloc(10 * 1024 * 1024 + 1))).toMatchObject({ errcode: 45001 })
    const got = await fetch(`${simulator.url}/cgi-bin/media/get?access_token=${access}&media_id=${String(id)}`)
    expect(got.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true)
    const missing = await fetch(`${simulator.url}/cgi-bin/media/get?access_token=${access}&media_id=x`)
    expect(await missing.json()).toMatchObject({ errcode: 40007 })
    now = new Date(now.getTime() + 3 * 24 * 3_600_000)
    access = String((await stable())['access_token'])
    const old = await fetch(`${simulator.url}/cgi-bin/media/get?access_token=${access}&media_id=${String(id)}`)
    expect(await old.json()).toMatchObject({ errcode: 40007 })
  })

  test('forcing a token: 30 s apart, 20 times a day', async () => {
    expect(await stable({ force_refresh: true })).toHaveProperty('access_token')
    expect(await stable({ force_refresh: true })).toMatchObject({ errcode: 45011 })
    for (let n = 1; n < 20; n++) {
      now = new Date(now.getTime() + 30_000)
      expect(await stable({ force_refresh: true })).toHaveProperty('access_token')
    }
    now = new Date(now.getTime() + 30_000)
    expect(await stable({ force_refresh: true })).toMatchObject({ errcode: 45009 })
    expect(await stable()).toHaveProperty('access_token')
  })

  test('QR codes: a hundred thousand for ever, and scenes as the platform takes them', async () => {
    const make = (body: object) => post(`/cgi-bin/qrcode/create?access_token=${access}`, JSON.stringify(body))
    const scene = (scene_str: unknown) => ({ action_info: { scene: { scene_str } } })
    const forEver = { action_name: 'QR_LIMIT_STR_SCENE', ...scene('d-bd-001') }
    const { url } = await make(forEver)
    expect(simulator.qrCodes.scene(String(url))).toBe('d-bd-001')
    simulator.qrCodes.permanent = 100_000
    expect(await make(forEver)).toMatchObject({ errcode: 45029 })
    expect(await make({ action_name: 'QR_STR_SCENE', expire_seconds: 60, ...scene('x') })).toHaveProperty('ticket')
    expect(await make({ action_name: 'QR_STR_SCENE', expire_seconds: 2_592_001, ...scene('x') })).toHaveProperty(
      'errcode',
    )
    expect(await make({ action_name: 'QR_STR_SCENE', ...scene('') })).toMatchObject({ errcode: 40053 })
    expect(await make({ action_name: 'QR_STR_SCENE', ...scene('x'.repeat(65)) })).toMatchObject({ errcode: 40053 })
    expect(await make({ action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 100_001 } } })).toMatchObject({
      errcode: 40053,
    })
  })

  test.each([
    [[], 40016],
    [Array.from({ length: 4 }, () => ({ name: '一', type: 'click', key: 'k' })), 40016],
    [[{ name: '六个字太长了', type: 'click', key: 'k' }], 40018],
    [[{ name: '一', type: 'click', key: 'k'.repeat(129) }], 40019],
    [[{ name: '一', type: 'view', url: `https://x/${'y'.repeat(1015)}` }], 40020],
    [[{ name: '一', type: 'jump', key: 'k' }], 40017],
    [[{ name: '一', sub_button: Array.from({ length: 6 }, () => ({ name: '二', type: 'click', key: 'k' })) }], 40023],
    [[{ name: '一', sub_button: [{ name: '字'.repeat(21), type: 'click', key: 'k' }] }], 40025],
  ])('a menu the platform does not take: %j', async (button, errcode) => {
    const made = await post(`/cgi-bin/menu/create?access_token=${access}`, JSON.stringify({ button }))
    expect(made).toMatchObject({ errcode })
  })
})

describe('from another process', () => {
  test('a phone acts, sees what was shown before and what comes', async () => {
    const { url, inbounds } = await account(keysFor('safe'))
    const simulator = await start({ webhookUrl: url })
    await simulator.person('oChat').say('早')
    const connection = connectSimulator(simulator.url)
    closing.push(async () => connection.close())
    const person = connection.person('oChat')
    const heard: string[] = []
    person.onShow(({ text }) => heard.push(text))
    expect(await person.say('路灯坏了')).toMatchObject({ answered: true, text: '收到：路灯坏了' })
    await person.scan('station-3')
    await vi.waitFor(() => expect(person.phone).toEqual(simulator.person('oChat').phone))
    expect(heard).toEqual(['早', '收到：早', '路灯坏了', '收到：路灯坏了'])
    expect(inbounds.at(-1)!.content).toEqual({ type: 'scan', scene: 'station-3' })
    await person.unfollow()
    await expect(person.say('x')).rejects.toThrow(expect.objectContaining({ code: 'SIMULATOR_REFUSED' }))
  })

  test('it can be told to misbehave, and where to push', async () => {
    const simulator = await start({ mode: 'plain' })
    const connection = connectSimulator(simulator.url)
    const { url } = await account(keysFor('plain'))
    await connection.setWebhook(url)
    expect(await connection.person('oA').say('x')).toMatchObject({ answered: true })
    await connection.misbehave({ errcode: 48004, path: '/cgi-bin/' })
    const ask = async () =>
      (await (await fetch(`${simulator.url}/cgi-bin/stable_token`, { method: 'POST', body: '{}' })).json()) as {
        errcode: number
      }
    expect((await ask()).errcode).toBe(48004)
    await connection.behave()
    expect((await ask()).errcode).toBe(40002)
    connection.close()
  })

  test('a form posted by a web page is refused', async () => {
    const simulator = await start({})
    const response = await fetch(`${simulator.url}/_control`, { method: 'POST', body: '{"webhookUrl":"http://x"}' })
    expect(response.status).toBe(400)
  })

  test('nobody there', async () => {
    const simulator = await start({})
    await simulator.close()
    closing.pop()
    await expect(connectSimulator(simulator.url).person().say('x')).rejects.toThrow(
      expect.objectContaining({ code: 'SIMULATOR_UNREACHABLE' }),
    )
  })
})
