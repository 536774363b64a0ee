import { MashangError } from '#base'
import { accessTokens, memoryTokenStore } from './access-token.ts'
import { call } from './call.ts'
import { sendOutcome, tokenErrors, tokenOutcome } from './outcome.ts'
import type { Clock } from '#base'
import type { TokenResult, TokenStore } from './access-token.ts'
import type { CallResult } from './call.ts'
import type { SendOutcome } from '../message.ts'

export interface OfficialAccountClientOptions {
  appId: string
  appSecret: string
  /** `https://api.weixin.qq.com`, or the simulator's address. */
  apiUrl: string
  /** `https://mp.weixin.qq.com`: where QR code pictures are. */
  mpUrl: string
  clock: Clock
  fetch?: typeof globalThis.fetch
  tokenStore?: TokenStore
  /** For one HTTP call; 5,000 unless given. */
  timeoutMs?: number
}

export interface OfficialAccountClient {
  /**
   * One customer service message of at most 2048 bytes (`splitText`) to an openid. Never throws; pacing and the
   * counting of quotas are the caller's.
   */
  sendText: (address: string, text: string) => Promise<SendOutcome>
  /**
   * A QR code that brings `scene` (1–64 characters) back in a follow or scan; `expireSeconds` 1–2,592,000, or null
   * for a permanent one (100,000 in all). Throws OFFICIAL_ACCOUNT_QR_CODE (bad arguments) or OFFICIAL_ACCOUNT_API.
   */
  createQrCode: (code: { scene: string; expireSeconds: number | null }) => Promise<QrCode>
}

export interface QrCode {
  ticket: string
  /** What the picture says: can be drawn locally. */
  url: string
  /** The platform's own picture. */
  imageUrl: string
}

type Answer = { from: 'call'; result: CallResult } | { from: 'token'; result: Exclude<TokenResult, { kind: 'token' }> }

const longestExpirySeconds = 2_592_000

/** Speaks to the platform for one account. Token handling and retries for a token are all it does by itself. */
export function createOfficialAccountClient(options: OfficialAccountClientOptions): OfficialAccountClient {
  const { apiUrl, mpUrl, clock, fetch = globalThis.fetch, timeoutMs = 5_000 } = options
  const tokens = accessTokens({ ...options, fetch, timeoutMs, tokenStore: options.tokenStore ?? memoryTokenStore() })

  async function withToken(path: string, body: unknown, rejected?: string): Promise<Answer> {
    const token = await tokens.get(rejected)
    if (token.kind !== 'token') return { from: 'token', result: token }
    const url = `${apiUrl}${path}?access_token=${encodeURIComponent(token.value)}`
    const result = await call(fetch, url, body, timeoutMs)
    const renew = result.kind === 'error' && tokenErrors.has(result.errcode) && rejected === undefined
    return renew ? withToken(path, body, token.value) : { from: 'call', result }
  }

  return {
    async sendText(address, text) {
      const body = { touser: address, msgtype: 'text', text: { content: text } }
      const { from, result } = await withToken('/cgi-bin/message/custom/send', body)
      return from === 'call' ? sendOutcome(result, clock()) : tokenOutcome(result, clock())
    },

    async createQrCode({ scene, expireSeconds }) {
      checkQrCode(scene, expireSeconds)
      const { result } = await withToken('/cgi-bin/qrcode/create', {
        action_name: expireSeconds === null ? 'QR_LIMIT_STR_SCENE' : 'QR_STR_SCENE',
        ...(expireSeconds === null ? {} : { expire_seconds: expireSeconds }),
        action_info: { scene: { scene_str: scene } },
      })
      if (result.kind !== 'ok') throw apiError(result)
      const { ticket, url } = result.body
      if (typeof ticket !== 'string' || typeof url !== 'string') {
        throw apiError({ kind: 'lost', code: 'UNREADABLE', reason: 'the answer holds no ticket' })
      }
      return { ticket, url, imageUrl: `${mpUrl}/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}` }
    },
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

function apiError(result: Exclude<CallResult, { kind: 'ok' }>): MashangError {
  const text = result.kind === 'error' ? `${result.errcode} ${result.errmsg}` : `${result.code} ${result.reason}`
  return new MashangError(`The official account's platform answered: ${text}`, {
    code: 'OFFICIAL_ACCOUNT_API',
    status: 502,
    fix: 'Run `mashang doctor`; 40013 and 40125 mean the app id or secret, 40164 the list of addresses, 48001 permissions',
  })
}
