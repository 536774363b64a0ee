import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createChannels } from '#channels'
import { startWecomSimulator } from '#simulators'
import { app } from './keys.ts'
import type { Channel, Outbound, SendOutcome } from '#channels'
import type { Member, WecomSimulator } from '#simulators'

let now = new Date('2026-11-23T08:00:00Z')
const clock = () => now
const robotKey = '693a91f6-robot-key'
let simulator: WecomSimulator
let member: Member
let channel: Channel

beforeEach(async () => {
  now = new Date('2026-11-23T08:00:00Z')
  simulator = await startWecomSimulator({ ...app, clock, robots: new Map([[robotKey, 'st-01']]) })
  member = simulator.member('ZhangSan')
  channel = wecom()
})
afterEach(() => simulator.close())

function wecom(options: object = {}, fetch?: typeof globalThis.fetch): Channel {
  const settings = { ...app, apiUrl: simulator.url, timeoutMs: 300, ...options }
  return createChannels({ wecom: settings }, fetch ? { clock, fetch } : { clock })[0]!
}

/** A fetch that notes the paths asked for and the bodies sent. */
function noting() {
  const asked: { path: string; body: Record<string, unknown> }[] = []
  const fetch: typeof globalThis.fetch = (input, init) => {
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {}
    asked.push({ path: new URL(String(input)).pathname, body })
    return globalThis.fetch(input, init)
  }
  return { asked, fetch }
}

let keys = 0
const newKey = () => `0191-delivery-${++keys}`
const text = (words: string): Outbound => ({ type: 'text', text: words })
const say = (words = '一', to = channel): Promise<SendOutcome> => to.send(member.userId, text(words), newKey())
const card = (choices = ['接单', '退回', '详情']): Outbound => ({
  type: 'card',
  title: '新诉求 编号 1042-9',
  text: `地点：晨光社区\n群众说：${'路灯坏了'.repeat(60)}\n请在 11月25日 18:00前接单。`,
  caseNumber: '1042-9',
  choices: choices.map((label) => ({ label, says: `${label} 1042-9` })),
})

describe('words', () => {
  test('arrive, byte for byte', async () => {
    const outcome = await say('编号 0042-7，“已收到” ]]> 😀')
    expect(simulator.delivered).toMatchObject([{ to: 'ZhangSan', kind: 'text', text: '编号 0042-7，“已收到” ]]> 😀' }])
    expect(outcome).toEqual({ status: 'sent', platformId: simulator.delivered[0]!.msgid })
    expect(BigInt(simulator.delivered[0]!.msgid)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
  })

  test('many at once ask for one token', async () => {
    const { asked, fetch } = noting()
    const to = wecom({}, fetch)
    await Promise.all(['一', '二', '三'].map((words) => say(words, to)))
    expect(asked.filter(({ path }) => path === '/cgi-bin/gettoken')).toHaveLength(1)
    expect(simulator.delivered).toHaveLength(3)
  })

  test('a token near its end is renewed before it is used', async () => {
    const { asked, fetch } = noting()
    const to = wecom({}, fetch)
    await say('一', to)
    now = new Date(now.getTime() + 7_150_000)
    expect(await say('二', to)).toMatchObject({ status: 'sent' })
    expect(asked.filter(({ path }) => path === '/cgi-bin/gettoken')).toHaveLength(2)
    now = new Date(now.getTime() + 60_000)
    expect(await say('三', to)).toMatchObject({ status: 'sent' })
    expect(asked.filter(({ path }) => path === '/cgi-bin/message/send')).toHaveLength(3)
  })

  test('an ended token is renewed once, and the message sent with the new one', async () => {
    await say('一')
    simulator.misbehave({ expireTokens: true })
    expect(await say('二')).toMatchObject({ status: 'sent' })
    expect(simulator.delivered.map((one) => one.text)).toEqual(['一', '二'])
  })

  test.each([40014, 42001])('%d again after the renewal waits', async (errcode) => {
    const { asked, fetch } = noting()
    simulator.misbehave({ errcode })
    expect(await say('一', wecom({}, fetch))).toMatchObject({
      status: 'retry',
      code: String(errcode),
      afterMs: 60_000,
    })
    expect(asked.filter(({ path }) => path === '/cgi-bin/message/send')).toHaveLength(2)
    expect(simulator.delivered).toEqual([])
  })
})

describe('who can’t be reached', () => {
  test.each([true, false])('not one of the app’s people (permissive: %s)', async (permissive) => {
    member.state.visible = false
    simulator.misbehave({ permissive })
    const outcome = await say()
    expect(outcome).toMatchObject({ status: 'refused', code: permissive ? 'invaliduser' : '81013', alarm: false })
    expect(JSON.stringify(outcome).toLowerCase()).not.toContain('zhangsan')
  })

  test.each([true, false])('without a licence (permissive: %s)', async (permissive) => {
    member.state.licensed = false
    simulator.misbehave({ permissive })
    expect(await say()).toMatchObject({ status: 'refused', code: 'unlicenseduser', alarm: true })
  })
})

describe('codes', () => {
  test.each([
    [-1, 5_000],
    [45009, 60_000],
    [45033, 60_000],
  ])('%d is tried again', async (errcode, afterMs) => {
    simulator.misbehave({ errcode })
    expect(await say()).toMatchObject({ status: 'retry', code: String(errcode), afterMs })
  })

  test.each([
    [60020, '企业可信IP'],
    [40056, 'WECOM_AGENT_ID'],
    [301002, 'WECOM_AGENT_ID'],
    [48002, 'permissions'],
  ])('%d is our fault, and says how it is mended', async (errcode, fix) => {
    simulator.misbehave({ errcode })
    expect(await say()).toMatchObject({
      status: 'refused',
      code: String(errcode),
      alarm: true,
      reason: expect.stringContaining(fix),
    })
  })

  test('one that nobody knows is a no that somebody should look at', async () => {
    simulator.misbehave({ errcode: 99_999 })
    expect(await say()).toMatchObject({ status: 'refused', code: '99999', alarm: true })
  })

  test('wrong credentials', async () => {
    expect(await say('一', wecom({ secret: 'wrong' }))).toMatchObject({ status: 'refused', code: '40001', alarm: true })
    expect(await say('一', wecom({ corpId: 'ww' }))).toMatchObject({ status: 'refused', code: '40013', alarm: true })
  })
})

describe('what can’t be known is unknown', () => {
  test.each([
    ['cut off after it was accepted', { dropAfterAccept: true }, undefined, 1],
    ['answered too late', { slowMs: 700 }, 'TIMEOUT', 1],
    ['never answered', { silent: true }, 'TIMEOUT', 0],
    ['a gateway that fails', { http502: true }, 'HTTP_502', 0],
    ['HTML', { body: '<html>' }, 'UNREADABLE', 0],
    ['nothing', { body: '' }, 'UNREADABLE', 0],
    ['an array', { body: '[]' }, 'UNREADABLE', 0],
  ])('%s', async (_what, wrong, code, delivered) => {
    await say('zero')
    simulator.misbehave(wrong)
    expect(await say()).toMatchObject({ status: 'unknown', ...(code === undefined ? {} : { code }) })
    expect(simulator.delivered).toHaveLength(1 + delivered)
  })

  test('but not where only a token was asked for, or nobody listens', async () => {
    for (const wrong of [
      { silent: true },
      { http502: true },
      { body: '{}' },
      { dropAfterAccept: true },
      { errcode: -1 },
    ]) {
      simulator.misbehave({ ...wrong, path: '/cgi-bin/gettoken' })
      expect(await say('一', wecom())).toMatchObject({ status: 'retry' })
    }
    expect(simulator.delivered).toEqual([])
    await simulator.close()
    const gone = await say(
      '一',
      wecom({}, (input, init) => globalThis.fetch(input, { ...init, keepalive: false })),
    )
    expect(gone).toMatchObject({ status: 'retry', code: 'ECONNREFUSED' })
  })
})

describe('what was tried before', () => {
  test('is checked for a repetition, and nothing else is', async () => {
    const { asked, fetch } = noting()
    const to = wecom({}, fetch)
    const send = (key: string) => to.send(member.userId, text('进展：电工明天到'), key)
    expect([await send('a'), await send('b')].map(({ status }) => status)).toEqual(['sent', 'sent'])
    simulator.misbehave({ errcode: -1, times: 1 })
    expect(await send('c')).toMatchObject({ status: 'retry' })
    expect(await send('c')).toMatchObject({ status: 'sent' })
    const checked = asked.filter(({ path }) => path.endsWith('/send')).map(({ body }) => body['enable_duplicate_check'])
    expect(checked).toEqual([undefined, undefined, undefined, 1])
    expect(simulator.delivered).toHaveLength(3)
  })
})

describe('a card', () => {
  test('shows the case at a glance, and a tap says what would be written', async () => {
    expect(await channel.send('ZhangSan', card(), 'delivery-1')).toMatchObject({ status: 'sent' })
    const shown = member.phone.at(-1)!.card!
    expect(shown).toMatchObject({
      taskId: 'delivery-1',
      title: '新诉求 编号 1042-9',
      rows: [{ name: '地点', value: '晨光社区' }],
      buttons: [
        { text: '接单', key: '接单 1042-9' },
        { text: '退回', key: '退回 1042-9' },
        { text: '详情', key: '详情 1042-9' },
      ],
    })
    expect([...shown.words].length).toBeLessThanOrEqual(160)
    // The deadline stands before what was cut.
    expect(shown.words.startsWith('请在 11月25日 18:00前接单。')).toBe(true)
  })

  test('that is refused goes as text, with what can be tapped written out', async () => {
    const tooMany: Outbound = { ...card(), choices: [{ label: '', says: '接单 1042-9' }] } as Outbound
    expect(await channel.send('ZhangSan', tooMany, 'delivery-2')).toMatchObject({ status: 'sent' })
    expect(simulator.delivered).toMatchObject([{ kind: 'text' }])
    expect(member.phone.at(-1)!.text).toContain('接单 1042-9')
    expect(member.phone.at(-1)!.text).toContain('新诉求 编号 1042-9')
  })

  test.each([
    [{ errcode: 60020 }, { status: 'refused', code: '60020' }],
    [{ errcode: 45009 }, { status: 'retry', code: '45009' }],
    [{ dropAfterAccept: true }, { status: 'unknown' }],
    [{ silent: true }, { status: 'unknown' }],
  ])('%o is no matter of its shape: no text follows', async (wrong, outcome) => {
    simulator.misbehave(wrong)
    expect(await channel.send('ZhangSan', card(), newKey())).toMatchObject(outcome)
    expect(simulator.delivered.filter(({ kind }) => kind === 'text')).toEqual([])
  })

  test('that WeCom took although its answer was lost is not shown again', async () => {
    const key = newKey()
    simulator.misbehave({ dropAfterAccept: true, times: 1 })
    expect(await channel.send('ZhangSan', card(), key)).toMatchObject({ status: 'unknown' })
    // Staff have it sent once more: the same card, by the same key.
    expect(await channel.send('ZhangSan', card(), key)).toMatchObject({ status: 'sent' })
    expect(simulator.delivered).toHaveLength(1)
    expect(simulator.dropped).toMatchObject([{ why: 'duplicate' }])
  })
})

describe('a tapped card', () => {
  /** The code that came with a tap. */
  async function tapped(): Promise<string> {
    const pushes: string[] = []
    const { createServer } = await import('node:http')
    const { decrypt, parseXml } = await import('../../../channels/tencent/index.ts')
    const { key } = await import('./keys.ts')
    const server = createServer((incoming, response) => {
      let body = ''
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
      incoming.on('end', () => {
        pushes.push(body)
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await channel.send('ZhangSan', card(), newKey())
    const result = await member.tap('接单', undefined, { webhookUrl: `http://127.0.0.1:${port}/` })
    expect(result).toMatchObject({ answered: true, text: null, attempts: 1 })
    await new Promise((resolve) => server.close(resolve))
    const encrypted = String(parseXml(pushes[0]!)['Encrypt'])
    return String(parseXml(decrypt(encrypted, key)!.message)['ResponseCode'])
  }
  const change = (code: string) => channel.send('ZhangSan', { type: 'card-result', code, text: '已接单' }, newKey())

  test('is changed once, by its code', async () => {
    const code = await tapped()
    expect(await change(code)).toMatchObject({ status: 'sent' })
    expect(member.phone.at(-1)!.card).toMatchObject({ replaced: '已接单' })
    expect(await change(code)).toMatchObject({ status: 'refused', alarm: false })
    expect(() => member.tap('接单')).toThrow('No card shows')
  })

  test('not after 72 hours', async () => {
    const code = await tapped()
    now = new Date(now.getTime() + 72 * 3_600_000)
    expect(await change(code)).toMatchObject({ status: 'refused', alarm: false })
    expect(member.phone.at(-1)!.card).toMatchObject({ replaced: null })
  })
})

describe('a robot', () => {
  const robot = (fetch?: typeof globalThis.fetch) =>
    createChannels({ wecomRobots: { apiUrl: simulator.url, timeoutMs: 300 } }, fetch ? { clock, fetch } : { clock })[0]!

  test('says it in the group, and calls on all when it is urgent', async () => {
    expect(await robot().send(robotKey, text('新诉求'), 'a')).toMatchObject({ status: 'sent' })
    expect(await robot().send(robotKey, { type: 'text', text: '紧急', urgent: true }, 'b')).toMatchObject({
      status: 'sent',
    })
    expect(simulator.delivered).toMatchObject([
      { to: 'robot:st-01', text: '新诉求', mentioned: [] },
      { to: 'robot:st-01', text: '紧急', mentioned: ['@all'] },
    ])
  })

  test('over 20 a minute it waits; a key that is gone is refused, and not told', async () => {
    for (let i = 0; i < 20; i++)
      expect(await robot().send(robotKey, text(`${i}`), `${i}`)).toMatchObject({ status: 'sent' })
    expect(await robot().send(robotKey, text('21'), '21')).toMatchObject({ status: 'retry', code: '45009' })
    const gone = await robot().send('gone-robot-key', text('x'), 'x')
    expect(gone).toMatchObject({
      status: 'refused',
      code: '93000',
      alarm: true,
      reason: expect.stringContaining('WECOM_ROBOTS'),
    })
    expect(JSON.stringify(gone)).not.toContain('gone-robot-key')
  })

  test.each([
    [{ silent: true }, 'unknown'],
    [{ http502: true }, 'unknown'],
    [{ body: 'x' }, 'unknown'],
    [{ errcode: -1 }, 'retry'],
  ])('%o', async (wrong, status) => {
    simulator.misbehave({ ...wrong, path: '/cgi-bin/webhook/send' })
    expect(await robot().send(robotKey, text('x'), 'x')).toMatchObject({ status })
  })
})

test('media are fetched, and an error in JSON is one', async () => {
  simulator.setWebhook('http://127.0.0.1:9/')
  const { fetchMedia } = channel
  const image = { type: 'image', mediaId: 'no-such-media', url: null } as const
  expect(await fetchMedia!(image)).toMatchObject({ status: 'refused', code: '40007' })
})
