import { randomBytes } from 'node:crypto'
import { MashangError } from '#base'
import { outOfService } from './phone.ts'
import type { Clock } from '#base'
import type { MediaType } from './media.ts'
import type { Phone, Shown } from './phone.ts'
import type { PushOptions, PushResult, Pusher } from './pusher.ts'
import type { Quota } from './quota.ts'
import type { XmlFields } from '../tencent/index.ts'

/** Someone with a phone. Each act is one push; its result says how the account took it. */
export interface Person {
  readonly openid: string
  /** What the phone shows, oldest first. */
  readonly phone: readonly Shown[]
  /** Calls back for each bubble shown from now on; the result stops it. */
  onShow: (listener: (shown: Shown) => void) => () => void
  /** Follows the account; with a scene, by scanning its QR code. */
  follow: (scene?: string, options?: PushOptions) => Promise<PushResult>
  /** Scans a QR code; who does not follow yet, follows by it. */
  scan: (scene: string, options?: PushOptions) => Promise<PushResult>
  unfollow: (options?: PushOptions) => Promise<PushResult>
  say: (text: string, options?: PushOptions) => Promise<PushResult>
  click: (key: string, options?: PushOptions) => Promise<PushResult>
  sendImage: (options?: PushOptions) => Promise<PushResult>
  sendVoice: (recognition: string, options?: PushOptions) => Promise<PushResult>
  sendVideo: (options?: PushOptions) => Promise<PushResult>
  sendLocation: (latitude: number, longitude: number, label: string, options?: PushOptions) => Promise<PushResult>
  sendLink: (link?: { title: string; description: string; url: string }, options?: PushOptions) => Promise<PushResult>
  /** Any message: these members over the common ones (ToUserName, FromUserName, CreateTime, MsgId). */
  sendRaw: (fields: XmlFields, options?: PushOptions) => Promise<PushResult>
}

/** What a person's acts need of the platform around them. */
export interface Surroundings {
  account: string
  clock: Clock
  pusher: Pusher
  phone: Phone
  quota: Quota
  nextMsgId: () => string
  newMedia: (type: MediaType) => string
}

/** 28 characters, as real ones have. */
export function newOpenid(): string {
  return `o${randomBytes(21).toString('base64url').slice(0, 27)}`
}

export class SimulatedPerson implements Person {
  readonly openid: string
  /** A new person follows already, as most who write do. */
  following = true
  readonly #around: Surroundings

  constructor(openid: string, around: Surroundings) {
    this.openid = openid
    this.#around = around
  }

  get phone(): readonly Shown[] {
    return this.#around.phone.shown
  }

  onShow(listener: (shown: Shown) => void): () => void {
    return this.#around.phone.onShow(listener)
  }

  follow(scene?: string, options?: PushOptions): Promise<PushResult> {
    this.following = true
    const code = scene === undefined ? { EventKey: '' } : { EventKey: `qrscene_${scene}`, Ticket: ticketOf(scene) }
    return this.#act({ Event: 'subscribe', ...code }, options)
  }

  scan(scene: string, options?: PushOptions): Promise<PushResult> {
    if (!this.following) return this.follow(scene, options)
    return this.#act({ Event: 'SCAN', EventKey: scene, Ticket: ticketOf(scene) }, options)
  }

  click(key: string, options?: PushOptions): Promise<PushResult> {
    return this.#act({ Event: 'CLICK', EventKey: key }, options)
  }

  async unfollow(options?: PushOptions): Promise<PushResult> {
    this.following = false
    // Who has left sees nothing more, whatever is answered.
    return this.#push({ MsgType: 'event', Event: 'unsubscribe', EventKey: '' }, options)
  }

  say(text: string, options?: PushOptions): Promise<PushResult> {
    return this.#send(text, { MsgType: 'text', Content: text }, options)
  }

  sendImage(options?: PushOptions): Promise<PushResult> {
    const media = this.#around.newMedia('image')
    const fields = { MsgType: 'image', PicUrl: `http://mmbiz.qpic.cn/mmbiz_jpg/${media}/0`, MediaId: media }
    return this.#send('[图片]', fields, options)
  }

  sendVoice(recognition: string, options?: PushOptions): Promise<PushResult> {
    const fields = {
      MsgType: 'voice',
      MediaId: this.#around.newMedia('voice'),
      Format: 'amr',
      Recognition: recognition,
    }
    return this.#send('[语音]', fields, options)
  }

  sendVideo(options?: PushOptions): Promise<PushResult> {
    const { newMedia } = this.#around
    return this.#send(
      '[视频]',
      { MsgType: 'video', MediaId: newMedia('video'), ThumbMediaId: newMedia('thumb') },
      options,
    )
  }

  sendLocation(latitude: number, longitude: number, label: string, options?: PushOptions): Promise<PushResult> {
    const fields = { MsgType: 'location', Location_X: latitude, Location_Y: longitude, Scale: 16, Label: label }
    return this.#send(`[位置] ${label}`, fields, options)
  }

  sendLink(
    link = { title: '一个网页', description: '', url: 'https://example.com/' },
    options?: PushOptions,
  ): Promise<PushResult> {
    const fields = { MsgType: 'link', Title: link.title, Description: link.description, Url: link.url }
    return this.#send(`[链接] ${link.title}`, fields, options)
  }

  sendRaw(fields: XmlFields, options?: PushOptions): Promise<PushResult> {
    if (fields['MsgType'] === 'event') return this.#act(fields, options)
    return this.#send(`[${typeOf(fields)}]`, fields, options)
  }

  async #send(bubble: string, fields: XmlFields, options: PushOptions = {}): Promise<PushResult> {
    if (!this.following) {
      throw new MashangError('Who does not follow the account cannot write to it', { code: 'SIMULATOR_NOT_FOLLOWING' })
    }
    const { phone, quota, clock, nextMsgId } = this.#around
    phone.show('me', bubble, null)
    quota.messageCame(clock().getTime())
    return this.#answered(await this.#push({ MsgId: options.msgId ?? nextMsgId(), ...fields }, options))
  }

  async #act(fields: XmlFields, options?: PushOptions): Promise<PushResult> {
    const { quota, clock } = this.#around
    if (opening.has(fields['Event'])) quota.actCame(clock().getTime())
    return this.#answered(await this.#push({ MsgType: 'event', ...fields }, options))
  }

  #push(fields: XmlFields, options: PushOptions = {}): Promise<PushResult> {
    const { account, clock, pusher } = this.#around
    const createTime = options.createTime ?? Math.floor(clock().getTime() / 1000)
    const common = { ToUserName: account, FromUserName: this.openid, CreateTime: createTime }
    return pusher.push(this.openid, { ...common, ...fields }, options)
  }

  #answered(result: PushResult): PushResult {
    const { phone } = this.#around
    if (!result.answered) phone.show('account', outOfService, 'system')
    else if (result.text !== null) phone.show('account', result.text, 'reply')
    return result
  }
}

/** The events that allow the account three messages within a minute. */
const opening = new Set<unknown>(['subscribe', 'SCAN', 'CLICK'])

function typeOf({ MsgType: type }: XmlFields): string {
  return typeof type === 'string' ? type : ''
}

function ticketOf(scene: string): string {
  return `gQ${Buffer.from(scene).toString('base64url')}`
}
