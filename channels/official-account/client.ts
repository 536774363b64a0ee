import { MashangError } from '#base'
import { memoryTokenStore } from './access-token.ts'
import { apiError, createCaller } from './caller.ts'
import { createMediaFetch } from './media.ts'
import { createMenu, readMenu } from './menu.ts'
import { image, outgoing } from './outgoing.ts'
import { sendOutcome, tokenOutcome } from './outcome.ts'
import type { Clock } from '#base'
import type { TokenStore } from './access-token.ts'
import type { Menu } from './menu.ts'
import type { Media } from '../channel.ts'
import type { Content, Outbound, SendOutcome } from '../message.ts'
import type { Outgoing } from './outgoing.ts'
import type { Fetch } from '../ask.ts'

export interface OfficialAccountClientOptions {
  appId: string
  appSecret: string
  /** `https://api.weixin.qq.com`, or the simulator's address. */
  apiUrl: string
  /** `https://mp.weixin.qq.com`: where QR code pictures are. */
  mpUrl: string
  clock: Clock
  fetch?: Fetch
  tokenStore?: TokenStore
  /** For one HTTP call; 5,000 unless given. */
  timeoutMs?: number
  /** Hosts besides the platform's own that videos may be fetched from; `*.qq.com` unless given. */
  mediaHosts?: readonly string[]
}

export interface OfficialAccountClient {
  /**
   * One customer service message of at most 2048 bytes (`splitText`) to an openid. Never throws; pacing and the
   * counting of quotas are the caller's.
   */
  send: (address: string, message: Outbound) => Promise<SendOutcome>
  /**
   * A QR code that brings `scene` (1–64 characters) back in a follow or scan; `expireSeconds` 1–2,592,000, or null
   * for a permanent one (100,000 in all). Throws OFFICIAL_ACCOUNT_QR_CODE (bad arguments) or OFFICIAL_ACCOUNT_API.
   */
  createQrCode: (code: { scene: string; expireSeconds: number | null }) => Promise<QrCode>
  /** What lies behind a message's media id. Never throws. */
  fetchMedia: (content: Content) => Promise<Media>
  /** Replaces the account's menu. Throws OFFICIAL_ACCOUNT_API. */
  createMenu: (menu: Menu) => Promise<void>
  /** The menu that phones show; null when there is none. Throws OFFICIAL_ACCOUNT_API. */
  readMenu: () => Promise<Menu | null>
}

export interface QrCode {
  ticket: string
  /** What the picture says: can be drawn locally. */
  url: string
  /** The platform's own picture. */
  imageUrl: string
}

const longestExpirySeconds = 2_592_000

/** Speaks to the platform for one account. Token handling and retries for a token are all it does by itself. */
export function createOfficialAccountClient(options: OfficialAccountClientOptions): OfficialAccountClient {
  const { apiUrl, mpUrl, clock, timeoutMs = 5_000 } = options
  const tokenStore = options.tokenStore ?? memoryTokenStore(clock)
  const caller = createCaller({ ...options, timeoutMs, tokenStore })
  const { tokens } = caller
  const withToken = caller.post
  const videoHosts = options.mediaHosts ?? ['*.qq.com']

  async function say(address: string, outgoing: Outgoing): Promise<SendOutcome> {
    const { from, result } = await withToken('/cgi-bin/message/custom/send', { touser: address, ...outgoing })
    return from === 'call' ? sendOutcome(result, clock()) : tokenOutcome(result, clock())
  }

  return {
    async send(address, message) {
      if (message.type !== 'picture') return say(address, outgoing(message))
      const form = new FormData()
      const extension = message.contentType.split('/')[1] ?? 'jpg'
      form.set('media', new File([Buffer.from(message.bytes)], `picture.${extension}`, { type: message.contentType }))
      const { result } = await withToken('/cgi-bin/media/upload?type=image', form)
      // Whatever became of the upload, nobody was shown anything yet.
      if (result.kind !== 'ok') return tokenOutcome(result, clock())
      const { media_id: mediaId } = result.body
      if (typeof mediaId === 'string') return say(address, image(mediaId))
      return { status: 'retry', code: 'UNREADABLE', reason: 'the answer holds no media_id', afterMs: 5_000 }
    },

    async createQrCode({ scene, expireSeconds }) {
      checkQrCode(scene, expireSeconds)
      const { ticket, url } = await caller.ask('/cgi-bin/qrcode/create', {
        action_name: expireSeconds === null ? 'QR_LIMIT_STR_SCENE' : 'QR_STR_SCENE',
        ...(expireSeconds === null ? {} : { expire_seconds: expireSeconds }),
        action_info: { scene: { scene_str: scene } },
      })
      if (typeof ticket !== 'string' || typeof url !== 'string') {
        throw apiError({ kind: 'lost', code: 'UNREADABLE', reason: 'the answer holds no ticket' })
      }
      return { ticket, url, imageUrl: `${mpUrl}/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}` }
    },

    fetchMedia: createMediaFetch({ apiUrl, tokens, clock, videoHosts }),
    createMenu: (menu) => createMenu(caller, menu),
    readMenu: () => readMenu(caller),
  }
}

function checkQrCode(scene: string, expireSeconds: number | null): void {
  const expiryFits =
    expireSeconds === null ||
    (Number.isInteger(expireSeconds) && expireSeconds >= 1 && expireSeconds <= longestExpirySeconds)
  if (scene.length < 1 || scene.length > 64 || !expiryFits) {
    throw new MashangError('A QR code takes a scene of 1–64 characters and at most 30 days', {
      code: 'OFFICIAL_ACCOUNT_QR_CODE',
      status: 400,
    })
  }
}
