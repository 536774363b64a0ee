import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWecomSimulator } from '#simulators'
import type { WecomSimulator } from '#simulators'
import { Envelope, signature, toXml } from '../../simulators/tencent/index.ts'

const app = {
  corpId: 'wwdemo0123456789ab',
  agentId: '1000002',
  secret: 'secret',
  token: 'token123',
  aesKey: 'c'.repeat(42) + 'A',
}
let now = new Date('2026-11-23T08:00:00Z')
let simulator: WecomSimulator
let server: Server
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
let came: { url: URL; body: string }[] = []

beforeEach(async () => {
  now = new Date('2026-11-23T08:00:00Z')
  came = []
  answer = (_request, response) => response.end()
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      came.push({ url: new URL(request.url!, 'http://x'), body })
      answer(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  simulator = await startWecomSimulator({
    ...app,
    clock: () => now,
    webhookUrl,
    timeoutMs: 100,
    accounts: 1,
    robots: new Map([['key', 'st-01']]),
  })
})
afterEach(async () => {
  await simulator.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const get = async (path: string) => (await fetch(`${simulator.url}${path}`)).json() as Promise<Record<string, unknown>>
const post = async (path: string, body: unknown) =>
  (await fetch(`${simulator.url}${path}`, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<
    Record<string, unknown>
  >
const token = async () =>
  String((await get(`/cgi-bin/gettoken?corpid=${app.corpId}&corpsecret=${app.secret}`))['access_token'])
const send = async (touser: string, content = '一', more: object = {}) =>
  post(`/cgi-bin/message/send?access_token=${await token()}`, {
    touser,
    msgtype: 'text',
    agentid: 1_000_002,
    text: { content },
    ...more,
  })
const button = { task_id: 't1', button_list: [{ text: '接单', key: '接单 1' }] }
const sendCard = async (card: object = {}) =>
  send('Zhang', '', {
    msgtype: 'template_card',
    template_card: { card_type: 'button_interaction', main_title: { title: '题' }, ...button, ...card },
  })

describe('callbacks', () => {
  test('are encrypted, and come four times until one is answered 200', async () => {
    answer = (_request, response) => {
      response.statusCode = came.length < 4 ? 500 : 200
      response.end()
    }
    const result = await simulator.member('Zhang').say('路灯坏了')
    expect(result).toMatchObject({ answered: true, attempts: 4, status: 200 })
    const said = came.map(({ url, body }) => {
      const sealed = /<Encrypt><!\[CDATA\[(.*)\]\]>/.exec(body)![1]!
      const [at, nonce] = [url.searchParams.get('timestamp')!, url.searchParams.get('nonce')!]
      expect(signature(app.token, at, nonce, sealed)).toBe(url.searchParams.get('msg_signature'))
      expect(body).not.toContain('路灯坏了')
      return new Envelope(app.aesKey, app.corpId).open(sealed)
    })
    expect(new Set(said).size).toBe(1)
    expect(said[0]).toContain('<Content><![CDATA[路灯坏了]]></Content>')
  })

  test('give up after four, and after silence', async () => {
    answer = () => {}
    expect(await simulator.member().say('x')).toMatchObject({ answered: false, attempts: 4, status: 0 })
  })

  test('a reply in clear, or signed wrongly, is none', async () => {
    answer = (_request, response) => response.end(toXml({ Encrypt: 'x', MsgSignature: 'y', TimeStamp: 1, Nonce: '2' }))
    expect(await simulator.member().say('x')).toMatchObject({ answered: false, text: null })
  })

  test('a reply in words is shown for a message, and never for a tap', async () => {
    const envelope = new Envelope(app.aesKey, app.corpId)
    answer = (_request, response) => {
      const text = { ToUserName: 'Zhang', FromUserName: app.corpId, CreateTime: 1, MsgType: 'text', Content: '收到' }
      const Encrypt = envelope.seal(toXml(text))
      response.end(toXml({ Encrypt, MsgSignature: signature(app.token, '1', '2', Encrypt), TimeStamp: 1, Nonce: '2' }))
    }
    const member = simulator.member('Zhang')
    expect(await member.say('x')).toMatchObject({ text: '收到' })
    await sendCard()
    expect(await member.tap('接单')).toMatchObject({ answered: true, text: null })
    expect(member.phone.filter(({ via }) => via === 'reply')).toHaveLength(1)
  })

  test('the check of the address takes the bare echo and nothing else', async () => {
    const echo = () => new Envelope(app.aesKey, app.corpId).open(came.at(-1)!.url.searchParams.get('echostr')!)!
    answer = (_request, response) => response.end(echo())
    expect(await simulator.verifyWebhook()).toBe(true)
    for (const spoilt of [
      (text: string) => `"${text}"`,
      (text: string) => `${text}\n`,
      (text: string) => `\uFEFF${text}`,
    ]) {
      answer = (_request, response) => response.end(spoilt(echo()))
      expect(await simulator.verifyWebhook()).toBe(false)
    }
  })
})

describe('message/send', () => {
  test('one token for all who ask, until it ends', async () => {
    const first = await token()
    expect(await token()).toBe(first)
    simulator.misbehave({ expireTokens: true })
    expect(await post(`/cgi-bin/message/send?access_token=${first}`, {})).toMatchObject({ errcode: 42001 })
    expect(await post('/cgi-bin/message/send?access_token=x', {})).toMatchObject({ errcode: 40014 })
    expect(await token()).not.toBe(first)
    now = new Date(now.getTime() + 7_200_000)
    expect(await send('nobody')).toMatchObject({ errcode: 81013 })
  })

  test('drops without a word what is over thirty a minute, and over 200 for each account a day', async () => {
    simulator.member('Zhang')
    for (let i = 0; i < 31; i++) expect(await send('zhang', String(i))).toMatchObject({ errcode: 0, errmsg: 'ok' })
    expect(simulator.delivered).toHaveLength(30)
    expect(simulator.dropped).toEqual([{ to: 'Zhang', text: '30', why: 'limit' }])
    for (let minute = 0; minute < 6; minute++) {
      now = new Date(now.getTime() + 60_000)
      for (let i = 0; i < 30; i++) expect(await send('Zhang', '再')).toMatchObject({ errcode: 0 })
    }
    expect(simulator.delivered).toHaveLength(200)
    now = new Date(now.getTime() + 86_400_000)
    await send('Zhang', '明天')
    expect(simulator.delivered).toHaveLength(201)
  })

  test('names who can’t be reached, in small letters', async () => {
    const [a, b, c] = ['Zhang', 'Li', 'Wang'].map((name) => simulator.member(name))
    b!.state.visible = false
    c!.state.licensed = false
    expect(await send('Zhang|Li|Wang|Nobody')).toMatchObject({
      errcode: 0,
      invaliduser: 'li|nobody',
      unlicenseduser: 'wang',
    })
    expect(simulator.delivered.map(({ to }) => to)).toEqual([a!.userId])
    expect(await send('Li')).toMatchObject({ errcode: 81013, invaliduser: 'li' })
  })

  test('cuts off what is too long, and asks for what is missing', async () => {
    simulator.member('Zhang')
    await send('Zhang', '灯'.repeat(700))
    expect(simulator.delivered[0]!.text).toBe('灯'.repeat(682))
    expect(await send('Zhang', '')).toMatchObject({ errcode: 44004 })
    expect(await send('Zhang', 'x', { agentid: 1 })).toMatchObject({ errcode: 40056 })
    expect(await send('Zhang', 'x', { msgtype: 'hologram' })).toMatchObject({ errcode: 40008 })
  })

  test('shows a repetition once where the check is asked for', async () => {
    simulator.member('Zhang')
    for (const _ of [1, 2]) await send('Zhang', '一', { enable_duplicate_check: 1, duplicate_check_interval: 60 })
    expect(simulator.dropped).toMatchObject([{ why: 'duplicate' }])
    now = new Date(now.getTime() + 61_000)
    await send('Zhang', '一', { enable_duplicate_check: 1, duplicate_check_interval: 60 })
    for (const _ of [1, 2]) await send('Zhang', '二')
    expect(simulator.delivered).toHaveLength(4)
  })

  test.each([
    { task_id: '' },
    { task_id: '有' },
    { button_list: [] },
    { button_list: [{ text: '', key: 'a' }] },
    { button_list: [1, 2].map(() => ({ text: 'x', key: 'same' })) },
    { main_title: {} },
    { card_type: 'text_notice' },
  ])('refuses a card with %o', async (spoilt) => {
    simulator.member('Zhang')
    expect(await sendCard(spoilt)).toMatchObject({ errcode: 40058 })
  })

  test('refuses a task id that was used before', async () => {
    simulator.member('Zhang')
    expect(await sendCard()).toMatchObject({ errcode: 0, response_code: expect.any(String) })
    expect(await sendCard()).toMatchObject({ errcode: 40058 })
  })
})

describe('update_template_card', () => {
  test('takes the code of the send, and of a tap, each once and for 72 hours', async () => {
    const member = simulator.member('Zhang')
    const { response_code: code } = await sendCard()
    const update = async (response_code: unknown) =>
      post(`/cgi-bin/message/update_template_card?access_token=${await token()}`, {
        userids: ['zhang'],
        agentid: 1_000_002,
        response_code,
        button: { replace_name: '已接单' },
      })
    await member.tap('接单')
    const clear = new Envelope(app.aesKey, app.corpId).open(/<Encrypt><!\[CDATA\[(.*)\]\]>/.exec(came[0]!.body)![1]!)!
    const tapCode = /<ResponseCode><!\[CDATA\[(.*)\]\]>/.exec(clear)![1]!
    expect(await update(code)).toMatchObject({ errcode: 0 })
    expect(member.phone.at(-1)!.card!.replaced).toBe('已接单')
    expect(await update(code)).toMatchObject({ errcode: 40058 })
    now = new Date(now.getTime() + 72 * 3_600_000)
    expect(await update(tapCode)).toMatchObject({ errcode: 40058 })
  })
})

test('a robot speaks twenty times a minute', async () => {
  const say = (key: string) =>
    post(`/cgi-bin/webhook/send?key=${key}`, { msgtype: 'text', text: { content: '新诉求' } })
  for (let i = 0; i < 20; i++) expect(await say('key')).toMatchObject({ errcode: 0 })
  expect(await say('key')).toMatchObject({ errcode: 45009 })
  expect(await say('other')).toMatchObject({ errcode: 93000 })
  expect(simulator.delivered).toHaveLength(20)
})

test('a page’s code names the member once, for five minutes', async () => {
  const who = async (code: string) => get(`/cgi-bin/auth/getuserinfo?access_token=${await token()}&code=${code}`)
  const code = simulator.oauthCode('Zhang')
  expect(await who(code)).toMatchObject({ errcode: 0, userid: 'Zhang' })
  expect(await who(code)).toMatchObject({ errcode: 40029 })
  const late = simulator.oauthCode('Zhang')
  now = new Date(now.getTime() + 300_000)
  expect(await who(late)).toMatchObject({ errcode: 40029 })
})

test('media come back as they went up, or as an error in JSON', async () => {
  const upload = await fetch(`${simulator.url}/cgi-bin/media/upload?access_token=${await token()}&type=file`, {
    method: 'POST',
    body: 'bytes',
  })
  const { media_id: id } = (await upload.json()) as { media_id: string }
  const media = await fetch(`${simulator.url}/cgi-bin/media/get?access_token=${await token()}&media_id=${id}`)
  expect(await media.text()).toBe('bytes')
  expect(await get(`/cgi-bin/media/get?access_token=${await token()}&media_id=x`)).toMatchObject({ errcode: 40007 })
})

describe('on command', () => {
  beforeEach(() => void simulator.member('Zhang'))

  test('it does wrong only so many times, and counts', async () => {
    simulator.misbehave({ errcode: 45009, times: 2 })
    expect([await send('Zhang'), await send('Zhang'), await send('Zhang')].map(({ errcode }) => errcode)).toEqual([
      45009, 45009, 0,
    ])
    expect(simulator.met).toBe(2)
  })

  test('it cuts the connection after it did what was asked', async () => {
    simulator.misbehave({ dropAfterAccept: true })
    await expect(send('Zhang')).rejects.toThrow('fetch failed')
    expect(simulator.delivered).toHaveLength(1)
  })

  test.each([{ http502: true }, { body: '<html>' }])('it answers no JSON: %o', async (wrong) => {
    simulator.misbehave(wrong)
    await expect(send('Zhang')).rejects.toThrow('JSON')
    expect(simulator.delivered).toEqual([])
  })
})
