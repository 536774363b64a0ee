import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMashangError } from '#base'
import { decodeAesKey, decrypt, encrypt } from '../../../channels/tencent/crypto.ts'
import { parseXml, sign, writeXml } from '../../../channels/tencent/index.ts'
import { createWecomDoor } from '../../../channels/wecom/door.ts'
import { app, common, key, sealed } from './keys.ts'
import type { DoorRequest } from '#channels'

const now = new Date(common.CreateTime * 1000)
const door = createWecomDoor(app)
const request = (parts: Partial<DoorRequest>): DoorRequest => ({
  method: 'POST',
  path: '',
  query: {},
  headers: {},
  body: '',
  ...parts,
})
const say = (fields: Record<string, string | number> = {}) =>
  writeXml({ ...common, MsgType: 'text', Content: '路灯坏了', MsgId: '7211345678901234567', ...fields })
const refused = (code: string, status: number) => expect.objectContaining({ code, status })

function hear(parts: Partial<DoorRequest>) {
  const opened = door.open(request(parts), now)
  if (opened.do !== 'hear') throw new Error('nothing was said')
  return opened
}

describe('the check of the address', () => {
  const get = (encrypted: string, query: object = {}) => {
    const { timestamp, nonce } = { timestamp: String(common.CreateTime), nonce: '1' }
    const msg_signature = sign(app.token, timestamp, nonce, encrypted)
    return request({ method: 'GET', query: { timestamp, nonce, msg_signature, echostr: encrypted, ...query } })
  }

  test('answers the bare text of what was encrypted', () => {
    const echo = '1616140317555161061'
    const opened = door.open(get(encrypt(echo, app.corpId, key)), now)
    expect(opened).toEqual({
      do: 'answer',
      answer: { status: 200, contentType: 'text/plain; charset=utf-8', body: echo },
    })
  })

  test('refuses what WeCom did not seal', () => {
    const good = encrypt('1', app.corpId, key)
    expect(() => door.open(get(good, { msg_signature: 'x' }), now)).toThrow(refused('PUSH_SIGNATURE', 403))
    expect(() => door.open(get(good, { echostr: undefined }), now)).toThrow(refused('PUSH_FIELDS', 400))
    expect(() => door.open(get(encrypt('1', 'ww-other', key)), now)).toThrow(refused('PUSH_APP_ID', 403))
    expect(() => door.open(get(encrypt('1', app.corpId, decodeAesKey('c'.repeat(43)))), now)).toThrow(
      refused('PUSH_DECRYPT', 403),
    )
    expect(() => door.open(get(good), new Date(now.getTime() + 301_000))).toThrow(refused('PUSH_STALE', 403))
  })

  test('the vector of Tencent’s own sample', () => {
    // The documents’ example of 2016 (https://developer.work.weixin.qq.com/document/path/90307): token, key and id are theirs.
    const theirs = {
      ...app,
      corpId: 'wx5823bf96d3bd56c7',
      token: 'QDG6eK',
      aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
    }
    const query = {
      msg_signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
      timestamp: '1409659589',
      nonce: '263014780',
      echostr: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
    }
    const opened = createWecomDoor(theirs).open(request({ method: 'GET', query }), new Date(1_409_659_589_000))
    expect(opened).toMatchObject({ do: 'answer', answer: { body: '1616140317555161061' } })
  })
})

describe('a callback', () => {
  test('is read, and the reply can be read by WeCom', () => {
    const { inbound, reply } = hear(sealed(say()))
    expect(inbound).toEqual({
      channel: 'wecom',
      account: `${app.corpId}:1000002`,
      address: 'ZhangSan',
      dedupeKey: 'message:7211345678901234567',
      nonce: `${common.CreateTime}:486452656`,
      saidAt: now,
      content: { type: 'text', text: '路灯坏了' },
    })
    const answer = reply('收到 ]]> 了')
    const outer = parseXml(answer.body)
    expect(answer.status).toBe(200)
    expect(outer['MsgSignature']).toBe(
      sign(app.token, String(outer['TimeStamp']), String(outer['Nonce']), String(outer['Encrypt'])),
    )
    const opened = decrypt(String(outer['Encrypt']), key)
    expect(opened?.appId).toBe(app.corpId)
    expect(parseXml(opened!.message)).toEqual({
      ToUserName: 'ZhangSan',
      FromUserName: app.corpId,
      CreateTime: String(common.CreateTime),
      MsgType: 'text',
      Content: '收到 ]]> 了',
    })
  })

  test('nothing to say is an empty 200', () => {
    for (const text of [null, '']) expect(hear(sealed(say())).reply(text)).toMatchObject({ status: 200, body: '' })
  })

  test.each([
    ['another token', sealed(say(), { token: 'x' }), 'PUSH_SIGNATURE', 403],
    ['another key', sealed(say(), { aesKey: Buffer.alloc(32, 7) }), 'PUSH_DECRYPT', 403],
    ['another corporation', sealed(say(), { id: 'ww-other' }), 'PUSH_APP_ID', 403],
    ['another corporation inside', sealed(say({ ToUserName: 'ww-other' })), 'PUSH_APP_ID', 403],
    ['too old', sealed(say(), { at: String(common.CreateTime - 301) }), 'PUSH_STALE', 403],
    ['from the future', sealed(say(), { at: String(common.CreateTime + 301) }), 'PUSH_STALE', 403],
    ['in clear', { query: sealed(say()).query, body: say() }, 'PUSH_FIELDS', 400],
    ['no XML', { query: sealed(say()).query, body: 'hello' }, 'PUSH_XML', 400],
    ['no XML inside', sealed('hello'), 'PUSH_XML', 400],
    ['another path', { ...sealed(say()), path: '/elsewhere' }, 'PUSH_FIELDS', 400],
  ] as const)('%s is refused', (_what, parts, code, status) => {
    expect(() => hear(parts)).toThrow(refused(code, status))
  })

  test('an altered body is refused, whatever was altered', () => {
    const { query, body, encrypted } = sealed(say())
    fc.assert(
      fc.property(fc.nat(encrypted.length - 1), fc.constantFrom(...'ABCxyz059+/'), (at, char) => {
        fc.pre(encrypted[at] !== char)
        const altered = body.replace(encrypted, encrypted.slice(0, at) + char + encrypted.slice(at + 1))
        expect(() => hear({ query, body: altered })).toThrow(refused('PUSH_SIGNATURE', 403))
      }),
      { numRuns: 50 },
    )
  })

  test('any words come through, and whatever is genuine is read or refused as the sender’s fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (words, type) => {
        const said = hear(sealed(say({ Content: words }))).inbound.content
        expect(said.type).toBe('text')
        try {
          hear(sealed(say({ MsgType: type, Content: words })))
        } catch (error) {
          expect(isMashangError(error) && error.status >= 400 && error.status < 500).toBe(true)
        }
      }),
    )
  })

  test('keys are checked at the start', () => {
    expect(() => createWecomDoor({ ...app, aesKey: 'short' })).toThrow(
      expect.objectContaining({ code: 'AES_KEY_INVALID', fix: expect.stringContaining('WECOM_AES_KEY') }),
    )
  })
})
