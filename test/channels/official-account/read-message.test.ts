import { describe, expect, test } from 'vitest'
import { readMessage } from '../../../channels/official-account/read-message.ts'
import { parseXml } from '../../../channels/tencent/xml.ts'

const openid = 'oAbC12345678901234567890wxyz'

/** A body with the platform's fields; `rest` is what the kind adds. */
function read(rest: string, createTime = 1_777_000_000) {
  return readMessage(
    parseXml(
      `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>` +
        `<CreateTime>${createTime}</CreateTime>${rest}</xml>`,
    ),
  )
}
const message = (type: string, rest: string) =>
  read(`<MsgType><![CDATA[${type}]]></MsgType>${rest}<MsgId>23456789012345678901</MsgId>`)
const event = (name: string, rest = '', createTime?: number) =>
  read(`<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>${rest}`, createTime)

describe('messages', () => {
  test('who, where, when and which', () => {
    expect(message('text', '<Content><![CDATA[楼道灯坏了]]></Content>')).toEqual({
      channel: 'official-account',
      account: 'gh_0123456789ab',
      address: openid,
      dedupeKey: 'message:23456789012345678901',
      saidAt: new Date(1_777_000_000_000),
      content: { type: 'text', text: '楼道灯坏了' },
    })
  })

  test.each([
    ['text', '<Content><![CDATA[ 00123 ]]></Content>', { type: 'text', text: ' 00123 ' }],
    ['text', '<Content></Content>', { type: 'text', text: '' }],
    ['text', '<Content><![CDATA[满意]]></Content><bizmsgmenuid>101</bizmsgmenuid>', { type: 'text', text: '满意' }],
    [
      'text',
      '<Content><![CDATA[【收到不支持的消息类型，暂无法显示】]]></Content>',
      { type: 'unsupported', name: 'unknown' },
    ],
    [
      'image',
      '<PicUrl><![CDATA[http://example.com/p]]></PicUrl><MediaId><![CDATA[m1]]></MediaId>',
      { type: 'image', mediaId: 'm1', url: 'http://example.com/p' },
    ],
    [
      'voice',
      '<MediaId><![CDATA[m2]]></MediaId><Format><![CDATA[amr]]></Format><Recognition><![CDATA[电梯坏了]]></Recognition>',
      { type: 'voice', mediaId: 'm2', format: 'amr', recognition: '电梯坏了' },
    ],
    [
      'voice',
      '<MediaId>m2</MediaId><Format>speex</Format><Recognition></Recognition>',
      { type: 'voice', mediaId: 'm2', format: 'speex', recognition: null },
    ],
    [
      'video',
      '<MediaId>m3</MediaId><ThumbMediaId>t3</ThumbMediaId>',
      { type: 'video', mediaId: 'm3', thumbMediaId: 't3' },
    ],
    [
      'shortvideo',
      '<MediaId>m4</MediaId><ThumbMediaId>t4</ThumbMediaId>',
      { type: 'video', mediaId: 'm4', thumbMediaId: 't4' },
    ],
    [
      'location',
      '<Location_X>28.193478</Location_X><Location_Y>112.976346</Location_Y><Scale>15</Scale><Label><![CDATA[人民路1号]]></Label>',
      { type: 'location', latitude: 28.193478, longitude: 112.976346, label: '人民路1号' },
    ],
    ['location', '<Location_X>abc</Location_X><Location_Y>1</Location_Y>', { type: 'unsupported', name: 'location' }],
    [
      'link',
      '<Title><![CDATA[题]]></Title><Description><![CDATA[述]]></Description><Url><![CDATA[https://example.com/a?b=1&c=2]]></Url>',
      { type: 'link', title: '题', description: '述', url: 'https://example.com/a?b=1&c=2' },
    ],
    ['image', '', { type: 'unsupported', name: 'image' }],
    ['hologram', '<Beam>1</Beam>', { type: 'unsupported', name: 'hologram' }],
  ])('%s %s', (type, rest, content) => {
    expect(message(type, rest).content).toEqual(content)
  })

  test('a NUL, which no database text can hold, is dropped', () => {
    const body = `<Content><![CDATA[a\u0000b]]></Content>`
    expect(message('text', body).content).toEqual({ type: 'text', text: 'ab' })
  })
})

describe('events', () => {
  test.each([
    ['subscribe', '<EventKey></EventKey>', { type: 'follow', scene: null }],
    [
      'subscribe',
      '<EventKey><![CDATA[qrscene_deputy-7]]></EventKey><Ticket>T</Ticket>',
      { type: 'follow', scene: 'deputy-7' },
    ],
    ['subscribe', '<EventKey>last_trade_no_1</EventKey>', { type: 'follow', scene: null }],
    ['unsubscribe', '<EventKey></EventKey>', { type: 'unfollow' }],
    ['SCAN', '<EventKey><![CDATA[qrscene_x]]></EventKey><Ticket>T</Ticket>', { type: 'scan', scene: 'qrscene_x' }],
    ['scan', '<EventKey>station-3</EventKey>', { type: 'scan', scene: 'station-3' }],
    ['CLICK', '<EventKey><![CDATA[my-cases]]></EventKey>', { type: 'click', key: 'my-cases' }],
    [
      'VIEW',
      '<EventKey><![CDATA[https://example.com/]]></EventKey><MenuId>1</MenuId>',
      { type: 'event', name: 'VIEW' },
    ],
    [
      'LOCATION',
      '<Latitude>28.1</Latitude><Longitude>112.9</Longitude><Precision>65</Precision>',
      { type: 'event', name: 'LOCATION' },
    ],
    [
      'scancode_push',
      '<EventKey>6</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>',
      { type: 'event', name: 'scancode_push' },
    ],
    [
      'pic_weixin',
      '<EventKey>6</EventKey><SendPicsInfo><Count>0</Count><PicList></PicList></SendPicsInfo>',
      { type: 'event', name: 'pic_weixin' },
    ],
    [
      'location_select',
      '<SendLocationInfo><Location_X>1</Location_X></SendLocationInfo>',
      { type: 'event', name: 'location_select' },
    ],
    [
      'TEMPLATESENDJOBFINISH',
      '<MsgID>200163836</MsgID><Status>failed:user block</Status>',
      { type: 'event', name: 'TEMPLATESENDJOBFINISH' },
    ],
    [
      'MASSSENDJOBFINISH',
      '<MsgID>1</MsgID><Status>send success</Status>',
      { type: 'event', name: 'MASSSENDJOBFINISH' },
    ],
    [
      'subscribe_msg_popup_event',
      '<SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List></SubscribeMsgPopupEvent>',
      { type: 'event', name: 'subscribe_msg_popup_event' },
    ],
    ['never_seen_before', '', { type: 'event', name: 'never_seen_before' }],
  ])('%s %s', (name, rest, content) => {
    expect(event(name, rest).content).toEqual(content)
  })

  const popup = (...ids: string[]) =>
    event(
      'subscribe_msg_popup_event',
      `<SubscribeMsgPopupEvent>${ids.map((one) => `<List><TemplateId>${one}</TemplateId></List>`).join('')}</SubscribeMsgPopupEvent>`,
    ).dedupeKey

  test('the same event has the same key, and every difference another', () => {
    const keys = [
      event('CLICK', '<EventKey>a</EventKey>').dedupeKey,
      event('CLICK', '<EventKey>b</EventKey>').dedupeKey,
      event('VIEW', '<EventKey>a</EventKey>').dedupeKey,
      event('VIEW', '<EventKey>a</EventKey><MenuId>2</MenuId>').dedupeKey,
      event('CLICK', '<EventKey>a</EventKey>', 1_777_000_001).dedupeKey,
      event('TEMPLATESENDJOBFINISH', '<MsgID>1</MsgID>').dedupeKey,
      event('TEMPLATESENDJOBFINISH', '<MsgID>2</MsgID>').dedupeKey,
      popup('a'),
      popup('b'),
      popup('a', 'b'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(event('click', '<EventKey>a</EventKey>').dedupeKey).toBe(keys[0])
    for (const key of keys) expect(key).toMatch(/^event:[0-9a-f]{64}$/)
  })
})

test.each([
  '<MsgType>text</MsgType><Content>x</Content>',
  '<Content>x</Content><MsgId>1</MsgId>',
  '<MsgType>text</MsgType><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId>',
])('what is not complete is refused: %s', (rest) => {
  expect(() => read(rest)).toThrow(expect.objectContaining({ code: 'PUSH_FIELDS', status: 400 }))
})
