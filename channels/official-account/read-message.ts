import { canonicalJson, sha256 } from '#base'
import { branches, leaf, refusal } from '../tencent/index.ts'
import type { Content, Inbound } from '../message.ts'

type Xml = Record<string, unknown>

/** The text that WeChat puts in place of stickers and of whatever else it can't hand on. */
const cannotShow = '收到不支持的消息类型'
/** What the database will index; openids have 28 characters, `gh_` ids 15. */
const longestId = 128

/**
 * One message or event as the bot knows it, from the members of its XML (in clear).
 * Throws PUSH_FIELDS when ToUserName, FromUserName, CreateTime, MsgType, or the MsgId of a known message is missing.
 */
export function readMessage(xml: Xml): Omit<Inbound, 'nonce'> {
  const account = id(xml, 'ToUserName')
  const address = id(xml, 'FromUserName')
  const createTime = leaf(xml, 'CreateTime') ?? ''
  if (!/^\d{1,11}$/.test(createTime)) throw refusal('PUSH_FIELDS', 'CreateTime is not in whole seconds')
  const type = id(xml, 'MsgType').toLowerCase()
  const isEvent = type === 'event'
  return {
    channel: 'official-account',
    account,
    address,
    dedupeKey: isEvent ? eventKey(xml, address, createTime) : messageKey(xml, type),
    saidAt: new Date(Number(createTime) * 1000),
    content: isEvent ? readEvent(xml) : (readContent(xml, type) ?? { type: 'unsupported', name: type }),
  }
}

/** Null when the type is unknown or lacks what it should carry: kept as `unsupported`, for nothing genuine is refused. */
function readContent(xml: Xml, type: string): Content | null {
  const field = (name: string) => text(xml, name)
  const mediaId = field('MediaId')
  switch (type) {
    case 'text':
      return readText(xml)
    case 'image':
      return mediaId === null ? null : { type, mediaId, url: field('PicUrl') || null }
    case 'voice':
      return mediaId === null
        ? null
        : { type, mediaId, format: field('Format') || null, recognition: field('Recognition') || null }
    case 'video':
    case 'shortvideo':
      return mediaId === null ? null : { type: 'video', mediaId, thumbMediaId: field('ThumbMediaId') || null }
    case 'location':
      return readLocation(xml)
    case 'link': {
      const url = field('Url')
      return url === null ? null : { type, title: field('Title') ?? '', description: field('Description') ?? '', url }
    }
    default:
      return null
  }
}

// A click in a msgmenu arrives as its text with a `bizmsgmenuid` beside it: to us the person said that text.
function readText(xml: Xml): Content | null {
  const content = text(xml, 'Content')
  if (content === null) return null
  if (content.startsWith(`【${cannotShow}`) || content.startsWith(`[${cannotShow}`)) {
    return { type: 'unsupported', name: 'unknown' }
  }
  return { type: 'text', text: content }
}

function readLocation(xml: Xml): Content | null {
  const latitude = coordinate(xml, 'Location_X', 90)
  const longitude = coordinate(xml, 'Location_Y', 180)
  if (latitude === null || longitude === null) return null
  return { type: 'location', latitude, longitude, label: text(xml, 'Label') || null }
}

function coordinate(xml: Xml, name: string, limit: number): number | null {
  const written = leaf(xml, name) ?? ''
  const value = /^-?\d{1,3}(\.\d+)?$/.test(written) ? Number(written) : Number.NaN
  return Math.abs(value) <= limit ? value : null
}

function readEvent(xml: Xml): Content {
  const name = text(xml, 'Event') ?? ''
  const key = text(xml, 'EventKey')
  // The documents and the field disagree on the case of event names.
  switch (name.toLowerCase()) {
    case 'subscribe':
      return { type: 'follow', scene: key?.startsWith('qrscene_') ? key.slice('qrscene_'.length) || null : null }
    case 'unsubscribe':
      return { type: 'unfollow' }
    case 'scan':
      return key ? { type: 'scan', scene: key } : { type: 'event', name }
    case 'click':
      return key ? { type: 'click', key } : { type: 'event', name }
    default:
      return { type: 'event', name: name.slice(0, longestId).toWellFormed() }
  }
}

function messageKey(xml: Xml, type: string): string {
  const msgId = leaf(xml, 'MsgId')
  if (msgId) return `message:${msgId.length <= 64 ? printable(msgId) : sha256(msgId)}`
  const known = ['text', 'image', 'voice', 'video', 'shortvideo', 'location', 'link']
  if (known.includes(type)) throw refusal('PUSH_FIELDS', 'MsgId is missing')
  return `message:${sha256(canonicalJson(xml))}`
}

/**
 * Events have no id. From + CreateTime alone would join a click and the view it opens, so what tells them apart is
 * added. Hashed: the key is stored beside the message and must not hold an openid in clear.
 */
function eventKey(xml: Xml, address: string, createTime: string): string {
  const lists = ['SubscribeMsgPopupEvent', 'SubscribeMsgChangeEvent', 'SubscribeMsgSentEvent']
    .flatMap((name) => branches(xml, name))
    .flatMap((event) => branches(event, 'List'))
  const event = leaf(xml, 'Event')?.toLowerCase()
  const parts = [address, createTime, event, leaf(xml, 'EventKey'), leaf(xml, 'MsgID'), leaf(xml, 'MenuId'), ...lists]
  return `event:${sha256(canonicalJson(parts.map((part) => part ?? null)))}`
}

function id(xml: Xml, name: string): string {
  const value = leaf(xml, name)
  if (!value || value.length > longestId || printable(value) !== value) {
    throw refusal('PUSH_FIELDS', `${name} is missing or malformed`)
  }
  return value
}

/** A leaf as the database can hold it: Postgres has no NUL in text. */
function text(xml: Xml, name: string): string | null {
  return leaf(xml, name)?.replaceAll('\u0000', '').toWellFormed() ?? null
}

function printable(value: string): string {
  return value.replace(/[^\x21-\x7e]/g, '')
}
