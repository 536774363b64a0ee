import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMashangError } from '#base'
import { checkOfficialAccountKeys, maxPushBytes, readPush, verifyUrl } from '#channels'
import { decodeAesKey, decrypt, encrypt } from '../../../channels/tencent/crypto.ts'
import { sign } from '../../../channels/tencent/signature.ts'
import { parseXml, writeXml } from '../../../channels/tencent/xml.ts'

const now = new Date('2026-11-23T08:00:00Z')
const timestamp = String(now.getTime() / 1000)
const nonce = '486452656'
const appId = 'wx0123456789abcdef'
const token = 'street-lamp'
const aesKey = 'b'.repeat(42) + 'A'
const oldAesKey = 'c'.repeat(42) + 'A'
const plainKeys = { appId, token }
const keys = { appId, token, aesKey, previousAesKey: oldAesKey }

const message = (text = '路灯坏了', extra = {}) =>
  writeXml({
    ToUserName: 'gh_0123456789ab',
    FromUserName: 'oResident',
    CreateTime: 1_777_000_000,
    MsgType: 'text',
    Content: text,
    MsgId: '23456789012345678',
    ...extra,
  })

function plain(body = message(), at = timestamp) {
  return { query: { signature: sign(token, at, nonce), timestamp: at, nonce }, body }
}

function safe({ body = message(), key = aesKey, id = appId, at = timestamp, clear = {} } = {}) {
  const encrypted = encrypt(body, id, decodeAesKey(key))
  return {
    query: {
      signature: 'not-looked-at',
      timestamp: at,
      nonce,
      encrypt_type: 'aes',
      msg_signature: sign(token, at, nonce, encrypted),
    },
    body: writeXml({ ToUserName: 'gh_0123456789ab', ...clear, Encrypt: encrypted }),
  }
}

const refused = (code: string, status: number) => expect.objectContaining({ code, status })

describe('plain mode', () => {
  test('reads and replies in clear', () => {
    const push = readPush(plain(), plainKeys, now)
    expect(push.inbound).toMatchObject({ nonce: `${timestamp}:${nonce}`, content: { type: 'text', text: '路灯坏了' } })
    expect(parseXml(push.reply('收到 ]]> 了'))).toEqual({
      ToUserName: 'oResident',
      FromUserName: 'gh_0123456789ab',
      CreateTime: timestamp,
      MsgType: 'text',
      Content: '收到 ]]> 了',
    })
  })

  test('nothing to say is `success`', () => {
    expect(readPush(plain(), plainKeys, now).reply(null)).toBe('success')
    expect(readPush(safe(), keys, now).reply(null)).toBe('success')
    expect(readPush(safe(), keys, now).reply('')).toBe('success')
  })

  test('is refused once a key is set, also with encrypt_type=raw', () => {
    expect(() => readPush(plain(), keys, now)).toThrow(refused('PUSH_PLAIN_REFUSED', 403))
    const raw = plain()
    expect(() => readPush({ ...raw, query: { ...raw.query, encrypt_type: 'raw' } }, keys, now)).toThrow(
      refused('PUSH_PLAIN_REFUSED', 403),
    )
  })
})

describe('safe and compatible mode', () => {
  test.each([
    ['current', aesKey],
    ['previous', oldAesKey],
  ])('the %s key opens, and wraps the reply', (_, key) => {
    const push = readPush(safe({ key }), keys, now)
    expect(push.inbound.content).toEqual({ type: 'text', text: '路灯坏了' })
    const reply = parseXml(push.reply('收到'))
    const encrypted = String(reply['Encrypt'])
    expect(reply['MsgSignature']).toBe(sign(token, timestamp, nonce, encrypted))
    expect(reply['Nonce']).toBe(nonce)
    const opened = decrypt(encrypted, decodeAesKey(key))
    expect(opened?.appId).toBe(appId)
    expect(parseXml(opened!.message)['Content']).toBe('收到')
  })

  test('only what Encrypt holds is believed', () => {
    const clear = { FromUserName: 'oForger', CreateTime: 1, MsgType: 'text', Content: '假的', MsgId: '1' }
    const { inbound } = readPush(safe({ clear }), keys, now)
    expect(inbound).toMatchObject({ address: 'oResident', content: { type: 'text', text: '路灯坏了' } })
  })

  test('refusals', () => {
    expect(() => readPush(safe({ id: 'wx-another' }), keys, now)).toThrow(refused('PUSH_APP_ID', 403))
    expect(() => readPush(safe({ key: 'd'.repeat(42) + 'A' }), { ...keys, previousAesKey: null }, now)).toThrow(
      refused('PUSH_DECRYPT', 403),
    )
    expect(() => readPush(safe(), plainKeys, now)).toThrow(refused('PUSH_SIGNATURE', 403))
    const unsigned = safe()
    expect(() =>
      readPush({ ...unsigned, query: { ...unsigned.query, msg_signature: sign(token, timestamp, nonce) } }, keys, now),
    ).toThrow(refused('PUSH_SIGNATURE', 403))
    const other = safe({ body: message('另一条') })
    expect(() => readPush({ query: safe().query, body: other.body }, keys, now)).toThrow(refused('PUSH_SIGNATURE', 403))
    expect(() => readPush(safe({ body: '{"not":"xml"}' }), keys, now)).toThrow(refused('PUSH_XML', 400))
  })

  test('without a key the plain fields of compatible mode serve, and safe mode names the setting', () => {
    const signature = sign(token, timestamp, nonce)
    const clear = { FromUserName: 'oResident', CreateTime: 1, MsgType: 'text', Content: '明文', MsgId: '1' }
    const compatible = safe({ clear })
    expect(
      readPush({ ...compatible, query: { ...compatible.query, signature } }, plainKeys, now).inbound.content,
    ).toEqual({ type: 'text', text: '明文' })
    const sealed = safe()
    expect(() => readPush({ ...sealed, query: { ...sealed.query, signature } }, plainKeys, now)).toThrow(
      expect.objectContaining({ code: 'PUSH_DECRYPT', fix: expect.stringContaining('OFFICIAL_ACCOUNT_AES_KEY') }),
    )
  })
})

describe('freshness', () => {
  const at = (offset: number) => String(Number(timestamp) + offset)
  test.each([-300, 0, 300])('%d s is fresh', (offset) => {
    expect(readPush(safe({ at: at(offset) }), keys, now).inbound.nonce).toBe(`${at(offset)}:${nonce}`)
  })
  test.each([-301, 301])('%d s is stale', (offset) => {
    expect(() => readPush(safe({ at: at(offset) }), keys, now)).toThrow(refused('PUSH_STALE', 403))
    expect(() => readPush(plain(message(), at(offset)), plainKeys, now)).toThrow(refused('PUSH_STALE', 403))
  })
  test('a signed timestamp that is no number is stale', () => {
    expect(() => readPush(plain(message(), 'soon'), plainKeys, now)).toThrow(refused('PUSH_STALE', 403))
  })
})

test('too large, even if signed', () => {
  const body = message('灯'.repeat(maxPushBytes / 3))
  expect(() => readPush(plain(body), plainKeys, now)).toThrow(refused('PUSH_TOO_LARGE', 413))
})

test.each(['signature', 'timestamp', 'nonce'])('without %s', (name) => {
  const { query, body } = plain()
  const rest = Object.fromEntries(Object.entries(query).filter(([key]) => key !== name))
  expect(() => readPush({ query: rest, body }, plainKeys, now)).toThrow(refused('PUSH_FIELDS', 400))
})

test('a repeated parameter is refused', () => {
  const { query, body } = plain()
  const repeated = { ...query, nonce: [nonce, nonce] } as unknown as Record<string, string>
  expect(() => readPush({ query: repeated, body }, plainKeys, now)).toThrow(refused('PUSH_FIELDS', 400))
})

describe('verifyUrl', () => {
  const at = new Date(1_714_036_504_000)
  const query = {
    signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696',
    timestamp: '1714036504',
    nonce: '1514711492',
    echostr: '4375120948345356249',
  }
  const documented = { appId: 'wxba5fad812f8e6fb9', token: 'AAAAA' }
  test('the documented example', () => {
    expect(verifyUrl(query, documented, at)).toBe('4375120948345356249')
  })
  test('refuses another signature, an old one, none', () => {
    expect(() => verifyUrl({ ...query, nonce: '1' }, documented, at)).toThrow(refused('PUSH_SIGNATURE', 403))
    expect(() => verifyUrl(query, documented, now)).toThrow(refused('PUSH_STALE', 403))
    expect(() => verifyUrl({}, documented, at)).toThrow(refused('PUSH_FIELDS', 400))
  })
})

test('keys are checked at the start', () => {
  expect(() => checkOfficialAccountKeys(keys)).not.toThrow()
  expect(() => checkOfficialAccountKeys(plainKeys)).not.toThrow()
  expect(() => checkOfficialAccountKeys({ ...keys, previousAesKey: 'x' })).toThrow(refused('AES_KEY_INVALID', 500))
})

/** True when it was read, or refused as the sender's fault. */
function attempt(request: { query: Record<string, string>; body: string }, using: typeof plainKeys) {
  try {
    return readPush(request, using, now).inbound.channel === 'official-account'
  } catch (error) {
    return isMashangError(error) && error.status >= 400 && error.status < 500
  }
}

describe('whatever comes in is a push or a 4xx', () => {
  const tags = fc.constantFrom(
    '<xml>',
    '</xml>',
    '<MsgType>',
    '</MsgType>',
    '<![CDATA[',
    ']]>',
    '<?xml',
    '?>',
    '<!--',
    '-->',
    '<a b="',
    '"/>',
    '&#x0;',
    '<__proto__>',
    'text',
    'event',
    '<',
    '>',
    '<List>',
  )
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(tags, fc.string())).map((parts) => parts.join('')),
  )
  const field = fc.oneof(
    fc.constantFrom('text', 'event', 'location', 'image', 'subscribe', 'SCAN', '1777000000', '0', ''),
    garbage,
  )
  const name = fc.constantFrom(
    'ToUserName',
    'FromUserName',
    'CreateTime',
    'MsgType',
    'Content',
    'MsgId',
    'Event',
    'EventKey',
    'Location_X',
    'Location_Y',
    'MediaId',
    'Encrypt',
    'SubscribeMsgPopupEvent',
  )
  const nearly = fc.dictionary(name, field).map((fields) => writeXml(fields))
  const complete = fc.dictionary(name, field).map((fields) => message('x', fields))
  const body = fc.oneof(
    garbage,
    garbage.map((inside) => `<xml>${inside}</xml>`),
    nearly,
    complete,
  )

  test('with any query and body', () => {
    const query = fc.dictionary(
      fc.constantFrom('signature', 'timestamp', 'nonce', 'encrypt_type', 'msg_signature', 'other'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('aes', 'raw', timestamp)),
    )
    fc.assert(
      fc.property(query, body, (q, b) => {
        for (const using of [plainKeys, keys]) expect(attempt({ query: q, body: b }, using)).toBe(true)
      }),
    )
  })

  test('with any body behind a good signature', () => {
    fc.assert(
      fc.property(body, (b) => {
        expect(attempt(plain(b), plainKeys)).toBe(true)
        expect(attempt(safe({ body: b }), keys)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('with anything signed as Encrypt', () => {
    fc.assert(
      fc.property(fc.oneof(fc.base64String(), fc.string({ unit: 'binary' })), (sealed) => {
        const read = parseXml(writeXml({ Encrypt: sealed }))['Encrypt'] as string
        const query = { timestamp, nonce, encrypt_type: 'aes', msg_signature: sign(token, timestamp, nonce, read) }
        expect(attempt({ query, body: writeXml({ Encrypt: sealed }) }, keys)).toBe(true)
      }),
    )
  })
})
