import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { MashangError } from '#base'
import { Envelope, fromXml, Poster, signature, toXml } from '../tencent/index.ts'
import type { Clock } from '#base'
import type { XmlFields } from '../tencent/index.ts'

export type Mode = 'plain' | 'compatible' | 'safe'

export interface PusherOptions {
  appId: string
  token: string
  aesKey?: string | undefined
  mode: Mode
  /** The account's `gh_…` name. */
  account: string
  clock: Clock
  attempts: number
  timeoutMs: number
}

/** Parts of a push that a test or a replay may want to choose. */
export interface PushOptions {
  /** Seconds since 1970. */
  createTime?: number
  msgId?: string
  /** The URL's; both are new for each attempt unless given. */
  timestamp?: number
  nonce?: string
  /** Another door to the same account: of several bots, the one a load balancer would choose. */
  webhookUrl?: string
}

/** What the platform made of a push. */
export interface PushResult {
  /** Something acceptable came back: a reply, `success` or nothing. */
  answered: boolean
  /** The reply's text, decrypted; null when none was given. */
  text: string | null
  /** HTTP status of the last attempt; 0 when there was no answer at all. */
  status: number
  attempts: number
  milliseconds: number
}

/** Delivers messages to the webhook as the platform does. */
export class Pusher {
  webhookUrl: string | null = null
  readonly #options: PusherOptions
  readonly #envelope: Envelope | null
  readonly #poster = new Poster()

  constructor(options: PusherOptions) {
    this.#options = options
    this.#envelope = options.aesKey ? new Envelope(options.aesKey, options.appId) : null
    if (options.mode !== 'plain' && !this.#envelope) {
      throw new MashangError(`Mode ${options.mode} needs an aesKey`, { code: 'SIMULATOR_AES_KEY' })
    }
  }

  /**
   * Up to `attempts` tries, begun `timeoutMs` apart (observed: at 0, 5 and 10 s), each with the same message and a
   * signature of its own. An answer that can't be understood is final: the platform doesn't ask again for that.
   */
  async push(openid: string, fields: XmlFields, chosen: PushOptions = {}): Promise<PushResult> {
    const { attempts, timeoutMs } = this.#options
    const clear = toXml(fields)
    const began = performance.now()
    let status = 0
    for (let attempt = 1; ; attempt += 1) {
      const tried = performance.now()
      const { url, body } = this.#compose(openid, fields, clear, chosen)
      const posted = await this.#poster.post(url, body, timeoutMs)
      status = posted?.status ?? 0
      const done = { status, attempts: attempt, milliseconds: performance.now() - began }
      if (posted?.status === 200) return { ...this.#read(posted.text, openid), ...done }
      if (attempt >= attempts) return { answered: false, text: null, ...done }
      await wait(Math.max(0, timeoutMs - (performance.now() - tried)))
    }
  }

  /** The platform's check when the address is set: GET with echostr, which must come back as it was. */
  async verify(): Promise<boolean> {
    const { token, timeoutMs } = this.#options
    const url = this.#webhook()
    const timestamp = String(this.#now())
    const nonce = digits()
    const echo = digits() + digits()
    url.searchParams.set('signature', signature(token, timestamp, nonce))
    url.searchParams.set('timestamp', timestamp)
    url.searchParams.set('nonce', nonce)
    url.searchParams.set('echostr', echo)
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
      return response.status === 200 && (await response.text()) === echo
    } catch {
      return false
    }
  }

  close(): void {
    this.#poster.close()
  }

  #compose(openid: string, fields: XmlFields, clear: string, chosen: PushOptions): { url: URL; body: string } {
    const { token, mode } = this.#options
    const timestamp = String(chosen.timestamp ?? this.#now())
    const nonce = chosen.nonce ?? digits()
    const url = this.#webhook(chosen.webhookUrl)
    const query = url.searchParams
    query.set('signature', signature(token, timestamp, nonce))
    query.set('timestamp', timestamp)
    query.set('nonce', nonce)
    query.set('openid', openid)
    if (mode === 'plain') return { url, body: clear }
    const sealed = this.#envelope!.seal(clear)
    query.set('encrypt_type', 'aes')
    query.set('msg_signature', signature(token, timestamp, nonce, sealed))
    const shown = mode === 'safe' ? { ToUserName: this.#options.account } : fields
    return { url, body: toXml({ ...shown, Encrypt: sealed }) }
  }

  #read(body: string, openid: string): { answered: boolean; text: string | null } {
    if (body === '' || body === 'success') return { answered: true, text: null }
    const reply = this.#unwrap(body)
    const text = reply?.['Content'] ?? ''
    const good =
      reply?.['ToUserName'] === openid &&
      reply['FromUserName'] === this.#options.account &&
      /^\d+$/.test(reply['CreateTime'] ?? '') &&
      reply['MsgType'] === 'text' &&
      text !== '' &&
      Buffer.byteLength(text) <= 2048
    return good ? { answered: true, text } : { answered: false, text: null }
  }

  #unwrap(body: string): Record<string, string> | null {
    const outer = fromXml(body)
    if (!outer || outer['Encrypt'] === undefined) return this.#options.mode === 'safe' ? null : outer
    const { Encrypt, MsgSignature, TimeStamp = '', Nonce = '' } = outer
    if (!this.#envelope || signature(this.#options.token, TimeStamp, Nonce, Encrypt) !== MsgSignature) return null
    const clear = this.#envelope.open(Encrypt)
    return clear === null ? null : fromXml(clear)
  }

  #webhook(chosen = this.webhookUrl): URL {
    if (chosen === null) {
      throw new MashangError('The simulator has no webhook to push to', {
        code: 'SIMULATOR_WEBHOOK',
        fix: 'Give webhookUrl, or call setWebhook(url)',
      })
    }
    return new URL(chosen)
  }

  #now(): number {
    return Math.floor(this.#options.clock().getTime() / 1000)
  }
}

function digits(): string {
  return String(randomInt(1_000_000_000, 10_000_000_000))
}
