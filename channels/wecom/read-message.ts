import { canonicalJson, sha256 } from '#base'
import { leaf, refusal } from '../tencent/index.ts'
import { wecomRules } from './rules.ts'
import type { Content, Inbound } from '../message.ts'
import type { WecomKeys } from './keys.ts'

type Xml = Record<string, unknown>

/** A UserID has at most 64 bytes, a MsgId 20 digits; what the database will index. */
const longestId = 128

/**
 * One message or event of a member, from the members of its XML (in clear).
 * Throws PUSH_FIELDS when ToUserName, FromUserName, CreateTime, MsgType, or a message's MsgId is missing.
 * https://developer.work.weixin.qq.com/document/path/90239 and /90240
 */
export function readMessage(xml: Xml, { corpId, agentId }: WecomKeys): Omit<Inbound, 'nonce'> {
  if (id(xml, 'ToUserName') !== corpId) {
    throw refusal('PUSH_APP_ID', 'The message is for another corporation', 'Compare WECOM_CORP_ID')
  }
  const address = id(xml, 'FromUserName')
  const createTime = leaf(xml, 'CreateTime') ?? ''
  if (!/^\d{1,11}$/.test(createTime)) throw refusal('PUSH_FIELDS', 'CreateTime is not in whole seconds')
  const type = id(xml, 'MsgType').toLowerCase()
  const isEvent = type === 'event'
  const tapped = isEvent ? tapOf(xml) : null
  return {
    channel: wecomRules.name,
    account: `${corpId}:${text(xml, 'AgentID') || agentId}`,
    address,
    dedupeKey: isEvent ? eventKey(xml, address, createTime) : `message:${id(xml, 'MsgId')}`,
    saidAt: new Date(Number(createTime) * 1000),
    ...(tapped ?? {
      content: isEvent ? readEvent(xml) : (readContent(xml, type) ?? { type: 'unsupported', name: type }),
    }),
  }
}

/** Null when the type is unknown or lacks what it should carry: kept as `unsupported`, for nothing genuine is refused. */
function readContent(xml: Xml, type: string): Content | null {
  const mediaId = text(xml, 'MediaId')
  switch (type) {
    case 'text': {
      const said = text(xml, 'Content')
      return said === null ? null : { type, text: said }
    }
    case 'image':
      return mediaId === null ? null : { type, mediaId, url: text(xml, 'PicUrl') || null }
    case 'voice':
      // WeCom hands on no recognised words.
      return mediaId === null ? null : { type, mediaId, format: text(xml, 'Format') || null, recognition: null }
    case 'video':
      return mediaId === null ? null : { type, mediaId, thumbMediaId: text(xml, 'ThumbMediaId') || null }
    case 'location': {
      const latitude = coordinate(xml, 'Location_X', 90)
      const longitude = coordinate(xml, 'Location_Y', 180)
      if (latitude === null || longitude === null) return null
      return { type, latitude, longitude, label: text(xml, 'Label') || null }
    }
    case 'link': {
      const url = text(xml, 'Url')
      return url === null
        ? null
        : { type, title: text(xml, 'Title') ?? '', description: text(xml, 'Description') ?? '', url }
    }
    default:
      return null
  }
}

function readEvent(xml: Xml): Content {
  const name = text(xml, 'Event') ?? ''
  const key = text(xml, 'EventKey')
  switch (name.toLowerCase()) {
    case 'subscribe':
      return { type: 'follow', scene: null }
    case 'unsubscribe':
      return { type: 'unfollow' }
    case 'click':
      return key ? { type: 'click', key } : { type: 'event', name }
    default:
      return { type: 'event', name: name.slice(0, longestId).toWellFormed() }
  }
}

/** A button of a card: its key is what we gave it, which is what would be written instead. */
function tapOf(xml: Xml): Pick<Inbound, 'content' | 'tap'> | null {
  if (text(xml, 'Event')?.toLowerCase() !== 'template_card_event') return null
  const says = text(xml, 'EventKey')
  const code = text(xml, 'ResponseCode')
  if (!says) return null
  return { content: { type: 'text', text: says }, ...(code ? { tap: { code } } : {}) }
}

/** Events have no id. Hashed: the key is stored beside the message and must not hold a UserID in clear. */
function eventKey(xml: Xml, address: string, createTime: string): string {
  const names = ['Event', 'EventKey', 'AgentID', 'TaskId', 'CardType', 'ChangeType', 'Latitude', 'Longitude']
  const parts = names.map((name) => leaf(xml, name))
  return `event:${sha256(canonicalJson([address, createTime, ...parts]))}`
}

function coordinate(xml: Xml, name: string, limit: number): number | null {
  const written = leaf(xml, name) ?? ''
  const value = /^-?\d{1,3}(\.\d+)?$/.test(written) ? Number(written) : Number.NaN
  return Math.abs(value) <= limit ? value : null
}

function id(xml: Xml, name: string): string {
  const value = leaf(xml, name)
  if (!value || value.length > longestId || !/^[\x21-\x7e]+$/.test(value)) {
    throw refusal('PUSH_FIELDS', `${name} is missing or malformed`)
  }
  return value
}

/** A leaf as the database can hold it: Postgres has no NUL in text. */
function text(xml: Xml, name: string): string | null {
  return leaf(xml, name)?.replaceAll('\u0000', '').toWellFormed() ?? null
}
