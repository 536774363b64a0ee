import {
  checkFresh,
  checkSize,
  decrypt,
  leaf,
  parameter,
  parseXml,
  refusal,
  sameSignature,
  sealReply,
  sign,
  textReply,
} from '../tencent/index.ts'
import { aesKeyOf } from './keys.ts'
import { readMessage } from './read-message.ts'
import type { Door, DoorAnswer } from '../channel.ts'
import type { Query } from '../tencent/index.ts'
import type { WecomKeys } from './keys.ts'

/** WeCom hangs up after 5 s and comes again, three times; what is left is for the way. */
const patienceMs = 3_500
const plain = 'text/plain; charset=utf-8'
/** What is encrypted in the query is a number of at most 64 characters, wrapped. */
const mostEchoCharacters = 4_096

/**
 * Where WeCom knocks: everything is encrypted and signed with `msg_signature`, also the check of the address, whose
 * answer is the bare text. https://developer.work.weixin.qq.com/document/path/90930
 */
export function createWecomDoor(keys: WecomKeys): Door {
  const key = aesKeyOf(keys)
  return {
    patienceMs,
    open({ method, path, query, body }, now) {
      if (path !== '' && path !== '/') throw refusal('PUSH_FIELDS', 'Nothing lives at this address')
      if (method === 'GET') {
        const echo = openSealed(parameter(query, 'echostr', mostEchoCharacters), query, keys, key, now)
        return { do: 'answer', answer: { status: 200, contentType: plain, body: echo } }
      }
      checkSize(body)
      const encrypted = leaf(parseXml(body), 'Encrypt')
      if (!encrypted) throw refusal('PUSH_FIELDS', 'Encrypt is missing')
      const xml = parseXml(openSealed(encrypted, query, keys, key, now))
      const message = readMessage(xml, keys)
      const nonce = parameter(query, 'nonce')
      return {
        do: 'hear',
        inbound: { ...message, nonce: `${parameter(query, 'timestamp')}:${nonce}` },
        reply: (text) => replyTo(message.address, text, nonce, keys, key, now),
      }
    },
  }
}

/** What was sealed for this corporation, once it is known to come from WeCom. */
function openSealed(encrypted: string, query: Query, keys: WecomKeys, key: Buffer, now: Date): string {
  const [timestamp, nonce] = [parameter(query, 'timestamp'), parameter(query, 'nonce')]
  if (!sameSignature(parameter(query, 'msg_signature'), sign(keys.token, timestamp, nonce, encrypted))) {
    throw refusal('PUSH_SIGNATURE', 'The signature is wrong', 'Compare WECOM_TOKEN with the console')
  }
  checkFresh(query, now)
  const opened = decrypt(encrypted, key)
  if (!opened) throw refusal('PUSH_DECRYPT', 'The push was encrypted with another key', 'Compare WECOM_AES_KEY')
  if (opened.appId !== keys.corpId) {
    throw refusal('PUSH_APP_ID', 'The push is for another corporation', 'Compare WECOM_CORP_ID')
  }
  return opened.message
}

/** https://developer.work.weixin.qq.com/document/path/90241 */
function replyTo(
  address: string,
  text: string | null,
  nonce: string,
  keys: WecomKeys,
  key: Buffer,
  now: Date,
): DoorAnswer {
  // An empty 200 says that it was received, and nothing else.
  if (!text) return { status: 200, contentType: plain, body: '' }
  const reply = textReply({ to: address, from: keys.corpId, text, now })
  const body = sealReply(reply, { id: keys.corpId, token: keys.token, key, nonce, now })
  return { status: 200, contentType: 'application/xml; charset=utf-8', body }
}
