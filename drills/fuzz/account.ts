import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { Random } from '../random.ts'

// Written apart from channels/ and simulators/: the platform's side as a forger too would write it.

export type Mode = 'plain' | 'compatible' | 'safe'

export interface Account {
  appId: string
  appSecret: string
  token: string
  /** 43 characters. */
  aesKey: string
  /** What the platform calls the account. */
  name: string
}

export function newAccount(): Account {
  return {
    appId: `wx${randomBytes(8).toString('hex')}`,
    appSecret: randomBytes(16).toString('hex'),
    token: randomBytes(12).toString('hex'),
    aesKey: `${randomBytes(21).toString('hex')}A`,
    name: 'gh_5d1f0c7e9a42',
  }
}

export function sign(...parts: string[]): string {
  return createHash('sha1').update(parts.toSorted().join('')).digest('hex')
}

/** As the platform seals: 16 random bytes, the length, the message, the app id, padded to 32. */
export function seal(message: Buffer, appId: string, aesKey: string, random: Random): string {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const plain = Buffer.concat([random.bytes(16), length, message, Buffer.from(appId)])
  const fill = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(fill, fill)), cipher.final()]).toString(
    'base64',
  )
}
