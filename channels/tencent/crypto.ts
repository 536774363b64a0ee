import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { MashangError } from '#base'

// WeChat pads to 32 bytes, not to AES's 16, so node:crypto's own padding stays off.
const padTo = 32
const randomLength = 16
const officialAccountFix = 'Copy OFFICIAL_ACCOUNT_AES_KEY again from 设置与开发 → 基本配置 → 消息加解密密钥'

/**
 * The 32 key bytes of an EncodingAESKey (43 letters and digits).
 * Throws AES_KEY_INVALID: a setting is wrong, so check it at the start.
 */
export function decodeAesKey(encoded: string, fix = officialAccountFix): Buffer {
  if (!/^[A-Za-z0-9+/]{43}$/.test(encoded)) {
    throw new MashangError('An EncodingAESKey is 43 letters and digits', {
      code: 'AES_KEY_INVALID',
      fix,
    })
  }
  return Buffer.from(`${encoded}=`, 'base64')
}

/**
 * AES-256-CBC over random(16) + length(4, big endian) + message + app id; base64.
 * `random` is given only by tests that need the documented ciphertext.
 */
export function encrypt(message: string, appId: string, key: Buffer, random = randomBytes(randomLength)): string {
  const text = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const plain = Buffer.concat([random, length, text, Buffer.from(appId)])
  const padding = padTo - (plain.length % padTo)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]).toString(
    'base64',
  )
}

/**
 * What `encrypt` hid, or null when it was not made with this key. It proves nothing by itself (CBC can be altered
 * unseen): verify the signature first and compare `appId` after.
 */
export function decrypt(encrypted: string, key: Buffer): { message: string; appId: string } | null {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) return null
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
  const padding = padded[padded.length - 1]!
  if (padding < 1 || padding > padTo || padding > padded.length) return null
  const plain = padded.subarray(0, padded.length - padding)
  const start = randomLength + 4
  if (plain.length < start || padded.subarray(plain.length).some((byte) => byte !== padding)) return null
  const end = start + plain.readUInt32BE(randomLength)
  if (end > plain.length) return null
  return { message: plain.toString('utf8', start, end), appId: plain.toString('utf8', end) }
}
