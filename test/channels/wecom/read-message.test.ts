import { expect, test } from 'vitest'
import { parseXml, writeXml } from '../../../channels/tencent/index.ts'
import { readMessage } from '../../../channels/wecom/read-message.ts'
import { app, common } from './keys.ts'

const read = (fields: Record<string, string | number>) => readMessage(parseXml(writeXml({ ...common, ...fields })), app)

// The documents' own samples, with our ids: https://developer.work.weixin.qq.com/document/path/90239 and /90240
test.each([
  [
    { MsgType: 'text', Content: 'this is a test' },
    { type: 'text', text: 'this is a test' },
  ],
  [
    { MsgType: 'image', PicUrl: 'http://p.qpic.cn/1/0', MediaId: 'media' },
    { type: 'image', mediaId: 'media', url: 'http://p.qpic.cn/1/0' },
  ],
  [
    { MsgType: 'voice', MediaId: 'media', Format: 'amr' },
    { type: 'voice', mediaId: 'media', format: 'amr', recognition: null },
  ],
  [
    { MsgType: 'video', MediaId: 'media', ThumbMediaId: 'thumb' },
    { type: 'video', mediaId: 'media', thumbMediaId: 'thumb' },
  ],
  [
    { MsgType: 'location', Location_X: '36.545', Location_Y: '104.173', Scale: 16, Label: '白银', AppType: 'wxwork' },
    { type: 'location', latitude: 36.545, longitude: 104.173, label: '白银' },
  ],
  [
    { MsgType: 'link', Title: '题', Description: '说', Url: 'https://example.com/', PicUrl: '' },
    { type: 'link', title: '题', description: '说', url: 'https://example.com/' },
  ],
  [{ MsgType: 'image' }, { type: 'unsupported', name: 'image' }],
  [
    { MsgType: 'location', Location_X: '200', Location_Y: '0' },
    { type: 'unsupported', name: 'location' },
  ],
  [{ MsgType: 'hologram' }, { type: 'unsupported', name: 'hologram' }],
])('%o', (fields, content) => {
  const message = read({ ...fields, MsgId: '1234567890123456' })
  expect(message).toMatchObject({ address: 'ZhangSan', dedupeKey: 'message:1234567890123456', content })
})

test.each([
  [{ Event: 'subscribe' }, { type: 'follow', scene: null }],
  [{ Event: 'unsubscribe' }, { type: 'unfollow' }],
  [
    { Event: 'enter_agent', EventKey: '' },
    { type: 'event', name: 'enter_agent' },
  ],
  [
    { Event: 'click', EventKey: 'progress' },
    { type: 'click', key: 'progress' },
  ],
  [
    { Event: 'LOCATION', Latitude: '23.1', Longitude: '113.3', Precision: '65' },
    { type: 'event', name: 'LOCATION' },
  ],
])('event %o', (fields, content) => {
  const message = read({ MsgType: 'event', ...fields })
  expect(message.content).toEqual(content)
  expect(message.dedupeKey).toMatch(/^event:[0-9a-f]{64}$/)
  expect('tap' in message).toBe(false)
})

const tap = {
  MsgType: 'event',
  Event: 'template_card_event',
  EventKey: '接单 1042-9',
  TaskId: 'task',
  CardType: 'button_interaction',
  ResponseCode: 'code',
}

test('a tap is what its button says, with the code that lets the card be changed', () => {
  expect(read(tap)).toMatchObject({ content: { type: 'text', text: '接单 1042-9' }, tap: { code: 'code' } })
})

test('a tap that says nothing is only an event', () => {
  expect(read({ ...tap, EventKey: '' })).toMatchObject({ content: { type: 'event', name: 'template_card_event' } })
})

test('events are told apart by what they say, not by the codes that come new with each repetition', () => {
  const key = read(tap).dedupeKey
  expect(read({ ...tap, ResponseCode: 'another' }).dedupeKey).toBe(key)
  for (const other of [{ EventKey: '退回 1042-9' }, { TaskId: 'other' }, { CreateTime: 1 }, { FromUserName: 'LiSi' }]) {
    expect(read({ ...tap, ...other }).dedupeKey).not.toBe(key)
  }
  expect(key).not.toContain('ZhangSan')
})

test('64 bits stay digits', () => {
  expect(read({ MsgType: 'text', Content: 'x', MsgId: '18446744073709551615' }).dedupeKey).toBe(
    'message:18446744073709551615',
  )
})

test.each(['FromUserName', 'CreateTime', 'MsgType', 'MsgId'])('without %s it is refused', (name) => {
  const fields = { ...common, MsgType: 'text', Content: 'x', MsgId: '1' }
  const rest = Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name)) as typeof fields
  expect(() => readMessage(parseXml(writeXml(rest)), app)).toThrow(
    expect.objectContaining({ code: 'PUSH_FIELDS', status: 400 }),
  )
})
