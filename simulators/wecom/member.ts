import { MashangError } from '#base'
import type { XmlFields } from '../tencent/index.ts'
import type { ShownCard, WecomPhone, WecomShown } from './phone.ts'
import type { WecomPlatform } from './platform.ts'
import type { WecomPusher, WecomPushOptions, WecomPushResult } from './pusher.ts'

/** A member of the corporation with a phone. Each act is one callback; its result says how the app took it. */
export interface Member {
  readonly userId: string
  /** What the phone shows, oldest first. */
  readonly phone: readonly WecomShown[]
  /** Whether the app may be seen by them, and whether the interface is licensed for them. */
  readonly state: { visible: boolean; licensed: boolean }
  say: (text: string, options?: WecomPushOptions) => Promise<WecomPushResult>
  sendImage: (options?: WecomPushOptions) => Promise<WecomPushResult>
  sendVoice: (options?: WecomPushOptions) => Promise<WecomPushResult>
  sendVideo: (options?: WecomPushOptions) => Promise<WecomPushResult>
  sendLocation: (
    at: { latitude: number; longitude: number; label: string },
    options?: WecomPushOptions,
  ) => Promise<WecomPushResult>
  sendLink: (options?: WecomPushOptions) => Promise<WecomPushResult>
  /** Opens the app: told each time. */
  enter: (options?: WecomPushOptions) => Promise<WecomPushResult>
  /** The app becomes visible to them, or no longer is. */
  subscribe: (options?: WecomPushOptions) => Promise<WecomPushResult>
  unsubscribe: (options?: WecomPushOptions) => Promise<WecomPushResult>
  click: (key: string, options?: WecomPushOptions) => Promise<WecomPushResult>
  /** Taps the button of a card, of the last one that has it unless given. Throws when no card has such a button. */
  tap: (button: string, card?: ShownCard, options?: WecomPushOptions) => Promise<WecomPushResult>
  /** Any message: these members over the common ones (ToUserName, FromUserName, CreateTime, MsgId, AgentID). */
  sendRaw: (fields: XmlFields, options?: WecomPushOptions) => Promise<WecomPushResult>
}

/** The first bytes of each kind, which is what a receiver can check. */
const samples = {
  image: { type: 'image/png', bytes: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') },
  voice: { type: 'audio/amr', bytes: Buffer.from('#!AMR\n\u0004simulated') },
  video: { type: 'video/mp4', bytes: Buffer.from('000000186674797069736f6d', 'hex') },
}

export class SimulatedMember implements Member {
  readonly userId: string
  readonly state = { visible: true, licensed: true }
  readonly screen: WecomPhone
  readonly #platform: WecomPlatform
  readonly #pusher: WecomPusher

  constructor(userId: string, screen: WecomPhone, platform: WecomPlatform, pusher: WecomPusher) {
    this.userId = userId
    this.screen = screen
    this.#platform = platform
    this.#pusher = pusher
  }

  get phone(): readonly WecomShown[] {
    return this.screen.shown
  }

  say(text: string, options?: WecomPushOptions): Promise<WecomPushResult> {
    return this.#send(text, { MsgType: 'text', Content: text }, options)
  }

  sendImage(options?: WecomPushOptions): Promise<WecomPushResult> {
    const media = this.#media('image')
    return this.#send('[图片]', { MsgType: 'image', PicUrl: `http://p.qpic.cn/${media}/0`, MediaId: media }, options)
  }

  sendVoice(options?: WecomPushOptions): Promise<WecomPushResult> {
    return this.#send('[语音]', { MsgType: 'voice', MediaId: this.#media('voice'), Format: 'amr' }, options)
  }

  sendVideo(options?: WecomPushOptions): Promise<WecomPushResult> {
    const fields = { MsgType: 'video', MediaId: this.#media('video'), ThumbMediaId: this.#media('image') }
    return this.#send('[视频]', fields, options)
  }

  sendLocation(
    { latitude, longitude, label }: { latitude: number; longitude: number; label: string },
    options?: WecomPushOptions,
  ): Promise<WecomPushResult> {
    const where = { Location_X: latitude, Location_Y: longitude, Scale: 16, Label: label, AppType: 'wxwork' }
    return this.#send(`[位置] ${label}`, { MsgType: 'location', ...where }, options)
  }

  sendLink(options?: WecomPushOptions): Promise<WecomPushResult> {
    const link = { Title: '一个网页', Description: '', Url: 'https://example.com/', PicUrl: '' }
    return this.#send('[链接] 一个网页', { MsgType: 'link', ...link }, options)
  }

  enter(options?: WecomPushOptions): Promise<WecomPushResult> {
    return this.#act({ Event: 'enter_agent', EventKey: '' }, options)
  }

  subscribe(options?: WecomPushOptions): Promise<WecomPushResult> {
    this.state.visible = true
    return this.#act({ Event: 'subscribe' }, options)
  }

  unsubscribe(options?: WecomPushOptions): Promise<WecomPushResult> {
    this.state.visible = false
    return this.#act({ Event: 'unsubscribe' }, options)
  }

  click(key: string, options?: WecomPushOptions): Promise<WecomPushResult> {
    return this.#act({ Event: 'click', EventKey: key }, options)
  }

  tap(button: string, card?: ShownCard, options?: WecomPushOptions): Promise<WecomPushResult> {
    const cards = card ? [card] : this.phone.flatMap((shown) => shown.card ?? []).toReversed()
    const found = cards.find((one) => one.replaced === null && one.buttons.some(({ text }) => text === button))
    if (!found) throw new MashangError(`No card shows ${button}`, { code: 'SIMULATOR_NO_BUTTON' })
    const { key } = found.buttons.find(({ text }) => text === button)!
    const code = this.#platform.newCode(this.userId, found.taskId)
    const event = { Event: 'template_card_event', EventKey: key, TaskId: found.taskId, CardType: 'button_interaction' }
    return this.#act({ ...event, ResponseCode: code }, options)
  }

  sendRaw(fields: XmlFields, options?: WecomPushOptions): Promise<WecomPushResult> {
    return fields['MsgType'] === 'event' ? this.#act(fields, options) : this.#send('[…]', fields, options)
  }

  async #send(bubble: string, fields: XmlFields, options: WecomPushOptions = {}): Promise<WecomPushResult> {
    this.screen.show('me', bubble, null)
    return this.#answered(
      await this.#push({ ...fields, MsgId: options.msgId ?? this.#platform.nextId(), ...fields }, options),
    )
  }

  async #act(fields: XmlFields, options?: WecomPushOptions): Promise<WecomPushResult> {
    return this.#answered(await this.#push({ MsgType: 'event', ...fields }, options))
  }

  #push(fields: XmlFields, options: WecomPushOptions = {}): Promise<WecomPushResult> {
    const { corpId, agentId } = this.#platform.options
    const createTime = options.createTime ?? Math.floor(this.#platform.now() / 1000)
    const common = { ToUserName: corpId, FromUserName: this.userId, CreateTime: createTime }
    return this.#pusher.push(this.userId, { ...common, ...fields, AgentID: Number(agentId) }, options)
  }

  #answered(result: WecomPushResult): WecomPushResult {
    if (result.text !== null) this.screen.show('account', result.text, 'reply')
    return result
  }

  #media(kind: keyof typeof samples): string {
    const { type, bytes } = samples[kind]
    return this.#platform.newMedia(type, bytes)
  }
}
