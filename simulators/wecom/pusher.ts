import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { MashangError } from '#base'
import { Envelope, fromXml, Poster, signature, toXml } from '../tencent/index.ts'
import type { Clock } from '#base'
import type { XmlFields } from '../tencent/index.ts'

export interface WecomPusherOptions {
  corpId: string
  agentId: string
  token: string
  aesKey: string
  clock: Clock
  attempts: number
  timeoutMs: number
}

/** Parts of a callback that a test may want to choose. */
export interface WecomPushOptions {
  /** Seconds since 1970. */
  createTime?: number
  msgId?: string
  /** The URL's; both are new for each attempt unless given. */
  timestamp?: number
  nonce?: string
  /** Another door than the one that is set. */
  webhookUrl?: string
}

/** What WeCom made of a callback. */
export interface WecomPushResult {
  /** It was answered 200, with nothing or with a reply that can be read. */
  answered: boolean
  /** The reply's text as shown; null when there was none, or none that is shown for this kind. */
  text: string | null
  /** HTTP status of the last attempt; 0 when there was no answer at all. */
  status: number
  attempts: number
  milliseconds: number
}

/** Calls the app back as WeCom does: encrypted, signed, with its patience. */
export class WecomPusher {
  webhookUrl: string | null = null
  readonly #options: WecomPusherOptions
  readonly #envelope: Envelope
  readonly #poster = new Poster()

  constructor(options: WecomPusherOptions) {
    this.#options = options
    this.#envelope = new Envelope(options.aesKey, options.corpId)
  }

  /**
   * Up to `attempts` tries, begun `timeoutMs` apart, until one is answered 200.
   * https://developer.work.weixin.qq.com/document/path/90238
   */
  async push(userId: string, fields: XmlFields, chosen: WecomPushOptions = {}): Promise<WecomPushResult> {
    const { attempts, timeoutMs } = this.#options
    const clear = toXml(fields)
    const began = performance.now()
    let status = 0
    for (let attempt = 1; ; attempt += 1) {
      const tried = performance.now()
      const { url, body } = this.#compose(clear, chosen)
      const posted = await this.#poster.post(url, body, timeoutMs)
      status = posted?.status ?? 0
      const done = { status, attempts: attempt, milliseconds: performance.now() - began }
      if (posted?.status === 200) return { ...this.#read(posted.text, userId, showsReply(fields)), ...done }
      if (attempt >= attempts) return { answered: false, text: null, ...done }
      await wait(Math.max(0, timeoutMs - (performance.now() - tried)))
    }
  }

  /** The check when the address is set: an encrypted echo, which must come back in clear and bare. */
  async verify(): Promise<boolean> {
    const echo = randomBytes(8).readBigUInt64BE().toString()
    const sealed = this.#envelope.seal(echo)
    const url = this.#signed(this.#webhook(), sealed, {})
    url.searchParams.set('echostr', sealed)
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(this.#options.timeoutMs) })
      return response.status === 200 && Buffer.from(await response.arrayBuffer()).equals(Buffer.from(echo))
    } catch {
      return false
    }
  }

  close(): void {
    this.#poster.close()
  }

  #compose(clear: string, chosen: WecomPushOptions): { url: URL; body: string } {
    const { corpId, agentId } = this.#options
    const sealed = this.#envelope.seal(clear)
    const url = this.#signed(this.#webhook(chosen.webhookUrl), sealed, chosen)
    return { url, body: toXml({ ToUserName: corpId, AgentID: agentId, Encrypt: sealed }) }
  }

  #signed(url: URL, sealed: string, chosen: WecomPushOptions): URL {
    const timestamp = String(chosen.timestamp ?? Math.floor(this.#options.clock().getTime() / 1000))
    const nonce = chosen.nonce ?? String(randomInt(1_000_000_000, 10_000_000_000))
    url.searchParams.set('msg_signature', signature(this.#options.token, timestamp, nonce, sealed))
    url.searchParams.set('timestamp', timestamp)
    url.searchParams.set('nonce', nonce)
    return url
  }

  #read(body: string, userId: string, isShown: boolean): { answered: boolean; text: string | null } {
    if (body === '' || body === 'success') return { answered: true, text: null }
    const outer = fromXml(body)
    if (!outer) return { answered: false, text: null }
    const { Encrypt = '', MsgSignature, TimeStamp = '', Nonce = '' } = outer
    if (signature(this.#options.token, TimeStamp, Nonce, Encrypt) !== MsgSignature)
      return { answered: false, text: null }
    const clear = this.#envelope.open(Encrypt)
    const reply = clear === null ? null : fromXml(clear)
    const text = reply?.['Content'] ?? ''
    const good =
      reply?.['ToUserName'] === userId &&
      reply['FromUserName'] === this.#options.corpId &&
      /^\d+$/.test(reply['CreateTime'] ?? '') &&
      reply['MsgType'] === 'text' &&
      text !== ''
    if (!good) return { answered: false, text: null }
    return { answered: true, text: isShown ? cut(text) : null }
  }

  #webhook(chosen = this.webhookUrl): URL {
    if (chosen === null) {
      throw new MashangError('The simulator has no webhook to call', {
        code: 'SIMULATOR_WEBHOOK',
        fix: 'Give webhookUrl, or call setWebhook(url)',
      })
    }
    return new URL(chosen)
  }
}

/** Of events, only these may be answered with words. https://developer.work.weixin.qq.com/document/path/90241 */
const answerable = new Set<unknown>([
  'subscribe',
  'enter_agent',
  'LOCATION',
  'click',
  'view',
  'view_miniprogram',
  'scancode_waitmsg',
  'template_card_menu_event',
])

function showsReply(fields: XmlFields): boolean {
  return fields['MsgType'] !== 'event' || answerable.has(fields['Event'])
}

/** What is over 2,048 bytes is cut off, without a word. */
export function cut(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= 2048
    ? text
    : bytes
        .subarray(0, 2048)
        .toString('utf8')
        .replace(/\uFFFD+$/u, '')
}
