import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

// The platform's side, written apart from channels/: a mistake made once must not cancel itself out.

/** SHA-1 of the sorted parts, hex. */
export function signature(...parts: string[]): string {
  return createHash('sha1').update(parts.toSorted().join('')).digest('hex')
}

/** Seals and opens messages of one app id with one EncodingAESKey (43 characters). */
export class Envelope {
  readonly #key: Buffer
  readonly #appId: string

  constructor(aesKey: string, appId: string) {
    this.#key = Buffer.from(aesKey + '=', 'base64')
    this.#appId = appId
  }

  seal(message: string): string {
    const body = Buffer.from(message, 'utf8')
    const tail = Buffer.from(this.#appId, 'utf8')
    const used = 20 + body.length + tail.length
    const fill = 32 - (used % 32)
    const plain = Buffer.alloc(used + fill, fill)
    randomBytes(16).copy(plain, 0)
    plain.writeUInt32BE(body.length, 16)
    body.copy(plain, 20)
    tail.copy(plain, 20 + body.length)
    const cipher = createCipheriv('aes-256-cbc', this.#key, this.#key.subarray(0, 16))
    cipher.setAutoPadding(false)
    return cipher.update(plain, undefined, 'base64') + cipher.final('base64')
  }

  /** Null when it wasn't sealed for us. */
  open(sealed: string): string | null {
    try {
      const decipher = createDecipheriv('aes-256-cbc', this.#key, this.#key.subarray(0, 16))
      decipher.setAutoPadding(false)
      const plain = Buffer.concat([decipher.update(sealed, 'base64'), decipher.final()])
      const fill = plain.at(-1) ?? 0
      const end = 20 + plain.readUInt32BE(16)
      const appId = plain.toString('utf8', end, plain.length - fill)
      return fill >= 1 && fill <= 32 && appId === this.#appId ? plain.toString('utf8', 20, end) : null
    } catch {
      return null
    }
  }
}
