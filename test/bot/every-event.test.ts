import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person, XmlFields } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
let person: Person

beforeAll(async () => {
  house = await startTestHouse({ workers: false })
})
afterAll(() => house.stop())

const event = (name: string, more: XmlFields = {}): XmlFields => ({ MsgType: 'event', Event: name, ...more })
const location = { Location_X: 36.54, Location_Y: 104.17, Scale: 15, Label: '甘肃省白银市白银区人民路', Poiname: '' }
const pictures = { Count: 1, PicList: { item: { PicMd5Sum: '1b5f7c23b5bf75682a53e7b6d163e185' } } }

/** Everything the platform's documents say it pushes, as they show it, and how it is met: kindly, or with nothing. */
const all: [name: string, fields: XmlFields, answered: RegExp | null][] = [
  ['text', { MsgType: 'text', Content: '晨光社区的路灯坏了' }, /编号/],
  ['text of a msgmenu', { MsgType: 'text', Content: '进度', bizmsgmenuid: '101' }, /办/],
  ['text beside an article', { MsgType: 'text', Content: '停水三天了', MsgDataId: 'x', Idx: '1' }, /编号/],
  ['image', { MsgType: 'image', PicUrl: 'http://mmbiz.qpic.cn/a/0', MediaId: 'm1' }, /编号/],
  ['voice with its words', { MsgType: 'voice', MediaId: 'm2', Format: 'amr', Recognition: '向阳社区停电了' }, /编号/],
  ['voice without', { MsgType: 'voice', MediaId: 'm3', Format: 'speex' }, /编号|文字/],
  [
    'voice, high quality',
    { MsgType: 'voice', MediaId: 'm4', MediaId16K: 'm5', Format: 'amr', Recognition: '' },
    /编号|文字/,
  ],
  ['video', { MsgType: 'video', MediaId: 'm6', ThumbMediaId: 't6' }, /编号/],
  ['shortvideo', { MsgType: 'shortvideo', MediaId: 'm7', ThumbMediaId: 't7' }, /编号/],
  ['location', { MsgType: 'location', ...location }, /编号/],
  ['link', { MsgType: 'link', Title: '一篇报道', Description: '', Url: 'https://example.com/' }, /编号/],
  ['a sticker', { MsgType: 'text', Content: '【收到不支持的消息类型，暂无法显示】' }, /看不了/],
  ['a kind newer than the documents', { MsgType: 'hologram', Content: 'x' }, /看不了/],
  ['a picture without an id', { MsgType: 'image', PicUrl: 'http://mmbiz.qpic.cn/a/0' }, /看不了/],
  ['subscribe', event('subscribe', { EventKey: '' }), /您好/],
  ['subscribe by a code', event('subscribe', { EventKey: 'qrscene_s-st-01', Ticket: 'T' }), /人民路街道人大代表之家/],
  ['subscribe by a code of somebody else’s', event('subscribe', { EventKey: 'qrscene_123', Ticket: 'T' }), /您好/],
  ['subscribe from an article', event('subscribe', { EventKey: 'last_trade_no_1' }), /您好/],
  ['SCAN', event('SCAN', { EventKey: 'd-bd-001', Ticket: 'T' }), /祁若澜代表/],
  ['SCAN of a number', event('SCAN', { EventKey: '42', Ticket: 'T' }), /您好/],
  ['LOCATION', event('LOCATION', { Latitude: '36.54', Longitude: '104.17', Precision: '65.0' }), null],
  ['CLICK report', event('CLICK', { EventKey: 'report' }), /直接发来/],
  ['CLICK progress', event('CLICK', { EventKey: 'progress' }), /办|编号/],
  ['CLICK help', event('CLICK', { EventKey: 'help' }), /进度/],
  ['CLICK of another menu', event('CLICK', { EventKey: 'V1001_TODAY_MUSIC' }), null],
  ['VIEW', event('VIEW', { EventKey: 'https://example.com/', MenuId: '425' }), null],
  ['view_miniprogram', event('view_miniprogram', { EventKey: 'pages/index', MenuId: '425' }), null],
  [
    'scancode_push',
    event('scancode_push', { EventKey: '6', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '1' } }),
    null,
  ],
  [
    'scancode_waitmsg',
    event('scancode_waitmsg', { EventKey: '6', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '2' } }),
    null,
  ],
  ['pic_sysphoto', event('pic_sysphoto', { EventKey: '6', SendPicsInfo: pictures }), null],
  ['pic_photo_or_album', event('pic_photo_or_album', { EventKey: 'photo', SendPicsInfo: pictures }), null],
  ['pic_weixin', event('pic_weixin', { EventKey: '6', SendPicsInfo: pictures }), null],
  ['location_select', event('location_select', { EventKey: 'place', SendLocationInfo: location }), null],
  ['TEMPLATESENDJOBFINISH', event('TEMPLATESENDJOBFINISH', { MsgID: '200163836', Status: 'success' }), null],
  [
    'TEMPLATESENDJOBFINISH, blocked',
    event('TEMPLATESENDJOBFINISH', { MsgID: '200163840', Status: 'failed:user block' }),
    null,
  ],
  [
    'TEMPLATESENDJOBFINISH, failed',
    event('TEMPLATESENDJOBFINISH', { MsgID: '200163841', Status: 'failed: system failed' }),
    null,
  ],
  [
    'MASSSENDJOBFINISH',
    event('MASSSENDJOBFINISH', {
      MsgID: '1000001625',
      Status: 'err(30003)',
      TotalCount: 0,
      FilterCount: 0,
      SentCount: 0,
      ErrorCount: 0,
      CopyrightCheckResult: { Count: 2, ResultList: { item: [{ ArticleIdx: 1 }, { ArticleIdx: 2 }] }, CheckState: 2 },
    }),
    null,
  ],
  [
    'subscribe_msg_popup_event, one',
    event('subscribe_msg_popup_event', {
      SubscribeMsgPopupEvent: { List: { TemplateId: 'T1', SubscribeStatusString: 'accept', PopupScene: '2' } },
    }),
    null,
  ],
  [
    'subscribe_msg_popup_event, several',
    event('subscribe_msg_popup_event', {
      SubscribeMsgPopupEvent: {
        List: [
          { TemplateId: 'T1', SubscribeStatusString: 'accept', PopupScene: '2' },
          { TemplateId: 'T2', SubscribeStatusString: 'reject', PopupScene: '2' },
        ],
      },
    }),
    null,
  ],
  [
    'subscribe_msg_change_event',
    event('subscribe_msg_change_event', {
      SubscribeMsgChangeEvent: { List: { TemplateId: 'T1', SubscribeStatusString: 'reject' } },
    }),
    null,
  ],
  [
    'subscribe_msg_sent_event',
    event('subscribe_msg_sent_event', {
      SubscribeMsgSentEvent: {
        List: { TemplateId: 'T1', MsgID: '1864323726461255680', ErrorCode: '0', ErrorStatus: 'success' },
      },
    }),
    null,
  ],
  ['user_info_modified', event('user_info_modified', { OpenID: 'o', AppID: 'wx', RevokeInfo: '1' }), null],
  [
    'user_authorization_revoke',
    event('user_authorization_revoke', { OpenID: 'o', AppID: 'wx', RevokeInfo: '301' }),
    null,
  ],
  ['debug_demo', event('debug_demo', { debug_str: 'hello world' }), null],
  ['unsubscribe', event('unsubscribe', { EventKey: '' }), null],
]

test.each(all)('%s', async (_name, fields, answered) => {
  person = house.resident()
  await person.follow()
  const result = await person.sendRaw(fields)
  expect(result).toMatchObject({ status: 200, answered: true })
  if (answered === null) expect(result.text).toBeNull()
  else expect(result.text).toMatch(answered)
  const { rows } = await house.owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM message WHERE meaning = 'failed'`,
  )
  expect(rows[0]!.count).toBe(0)
})

test('the same from somebody never seen before, in any letters', async () => {
  for (const [name, fields] of all) {
    if (fields['MsgType'] !== 'event') continue
    const stranger = house.resident()
    const upper = { ...fields, Event: String(fields['Event']).toUpperCase() }
    expect(await stranger.sendRaw(upper), name).toMatchObject({ status: 200, answered: true })
  }
})
