import {
  checkFresh,
  checkSize,
  decodeAesKey,
  decrypt,
  leaf,
  optional,
  parameter,
  parseXml,
  refusal,
  sameSignature,
  sealReply,
  sign,
  textReply,
} from '../tencent/index.ts'
import { readMessage } from './read-message.ts'
import type { Inbound } from '../message.ts'
import type { Query } from '../tencent/index.ts'

/** What the platform and we both know. AES keys are the 43 characters of the admin page. */
export interface OfficialAccountKeys {
  appId: string
  token: string
  aesKey?: string | null | undefined
  /** The key before the last change: WeChat may go on using it for a while. */
  previousAesKey?: string | null | undefined
}

export interface PushRequest {
  query: Record<string, string>
  body: string
}

export interface Push {
  inbound: Inbound
  /** The body to answer with; null (or nothing to say) is `success`. Keep the text within 2048 bytes (`splitText`). */
  reply: (text: string | null) => string
  contentType: string
}

/** A message in clear, and how its reply is to be wrapped. */
type Opened = { xml: Record<string, unknown>; wrap: (reply: string) => string }

/** Checks the AES keys, so that a bad one stops the start, not a resident's message. Throws AES_KEY_INVALID. */
export function checkKeys(keys: OfficialAccountKeys): void {
  aesKeys(keys)
}

/**
 * Authenticates and reads one POST of the platform. Whatever comes in, it returns a push or throws a MashangError
 * PUSH_… with a 4xx status (given keys that pass `checkKeys`).
 * https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
 */
export function readPush(request: PushRequest, keys: OfficialAccountKeys, now: Date): Push {
  const { query, body } = request
  checkSize(body)
  const timestamp = parameter(query, 'timestamp')
  const nonce = parameter(query, 'nonce')
  const opened = keys.aesKey ? openEncrypted(query, body, keys, now) : openPlain(query, body, keys, now)
  const message = readMessage(opened.xml)
  return {
    inbound: { ...message, nonce: `${timestamp}:${nonce}` },
    reply: (text) => {
      if (!text) return 'success'
      return opened.wrap(textReply({ to: message.address, from: message.account, text, now }))
    },
    contentType: 'application/xml; charset=utf-8',
  }
}

/** Answers the platform's GET when the address is set: the text to send back as text/plain. Throws like `readPush`. */
export function verifyUrl(query: Query, keys: OfficialAccountKeys, now: Date): string {
  const echo = parameter(query, 'echostr')
  checkSignature(parameter(query, 'signature'), [keys.token, parameter(query, 'timestamp'), parameter(query, 'nonce')])
  checkFresh(query, now)
  return echo
}

function openPlain(query: Query, body: string, keys: OfficialAccountKeys, now: Date): Opened {
  checkSignature(parameter(query, 'signature'), [keys.token, parameter(query, 'timestamp'), parameter(query, 'nonce')])
  checkFresh(query, now)
  const xml = parseXml(body)
  if (leaf(xml, 'FromUserName') === null && leaf(xml, 'Encrypt') !== null) {
    throw refusal('PUSH_DECRYPT', 'The push is encrypted and no key is set', 'Set OFFICIAL_ACCOUNT_AES_KEY')
  }
  return { xml, wrap: (reply) => reply }
}

// The plain signature does not cover the body: with a key set, nothing but what `Encrypt` holds is believed,
// also in compatible mode, where the same fields stand beside it in clear.
function openEncrypted(query: Query, body: string, keys: OfficialAccountKeys, now: Date): Opened {
  const type = optional(query, 'encrypt_type') ?? 'raw'
  if (type === 'raw') {
    throw refusal(
      'PUSH_PLAIN_REFUSED',
      'A plain push came although an AES key is set',
      'Choose 安全模式 on the platform, or unset OFFICIAL_ACCOUNT_AES_KEY',
    )
  }
  if (type !== 'aes') throw refusal('PUSH_FIELDS', 'encrypt_type is neither raw nor aes')
  const timestamp = parameter(query, 'timestamp')
  const nonce = parameter(query, 'nonce')
  const signature = parameter(query, 'msg_signature')
  const encrypted = leaf(parseXml(body), 'Encrypt')
  if (!encrypted) throw refusal('PUSH_FIELDS', 'Encrypt is missing')
  checkSignature(signature, [keys.token, timestamp, nonce, encrypted])
  checkFresh(query, now)
  const { message, key } = open(encrypted, keys)
  return {
    xml: parseXml(message),
    wrap: (reply) => sealReply(reply, { id: keys.appId, token: keys.token, key, nonce, now }),
  }
}

function open(encrypted: string, keys: OfficialAccountKeys): { message: string; key: Buffer } {
  let foreign = false
  for (const key of aesKeys(keys)) {
    const opened = decrypt(encrypted, key)
    if (opened?.appId === keys.appId) return { message: opened.message, key }
    foreign ||= opened !== null
  }
  if (foreign) throw refusal('PUSH_APP_ID', 'The push is for another account', 'Compare OFFICIAL_ACCOUNT_APP_ID')
  throw refusal('PUSH_DECRYPT', 'The push was encrypted with another key', 'Compare OFFICIAL_ACCOUNT_AES_KEY')
}

function aesKeys({ aesKey, previousAesKey }: OfficialAccountKeys): Buffer[] {
  return [aesKey, previousAesKey]
    .filter((key) => typeof key === 'string' && key !== '')
    .map((key) => decodeAesKey(key!))
}

function checkSignature(given: string, parts: string[]): void {
  if (!sameSignature(given, sign(...parts))) {
    throw refusal('PUSH_SIGNATURE', 'The signature is wrong', 'Compare OFFICIAL_ACCOUNT_TOKEN with the platform')
  }
}
