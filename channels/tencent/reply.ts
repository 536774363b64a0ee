import { encrypt } from './crypto.ts'
import { seconds } from './request.ts'
import { sign } from './signature.ts'
import { writeXml } from './xml.ts'

/** A passive reply of words, in clear. */
export function textReply({ to, from, text, now }: { to: string; from: string; text: string; now: Date }): string {
  return writeXml({ ToUserName: to, FromUserName: from, CreateTime: seconds(now), MsgType: 'text', Content: text })
}

/** `id`: the app's or the corporation's; `nonce`: that of the request; `key`: the one it was encrypted with. */
export interface Seal {
  id: string
  token: string
  key: Buffer
  nonce: string
  now: Date
}

/** The reply encrypted and signed. https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md */
export function sealReply(reply: string, { id, token, key, nonce, now }: Seal): string {
  const encrypted = encrypt(reply, id, key)
  const timestamp = seconds(now)
  return writeXml({
    Encrypt: encrypted,
    MsgSignature: sign(token, String(timestamp), nonce, encrypted),
    TimeStamp: timestamp,
    Nonce: nonce,
  })
}
