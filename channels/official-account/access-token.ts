import { call } from './call.ts'
import type { Clock } from '#base'
import type { CallResult } from './call.ts'

export interface AccessToken {
  value: string
  expiresAt: Date
}

/** Where processes may share one token. Optional: stable_token gives each of them the same one anyway. */
export interface TokenStore {
  read: () => Promise<AccessToken | null>
  write: (token: AccessToken) => Promise<void>
}

export interface AccessTokens {
  /** A token to use now; `rejected` is one that the platform has just refused. */
  get: (rejected?: string) => Promise<TokenResult>
}
export type TokenResult = { kind: 'token'; value: string } | Exclude<CallResult, { kind: 'ok' }>

interface Options {
  appId: string
  appSecret: string
  apiUrl: string
  clock: Clock
  fetch: typeof globalThis.fetch
  tokenStore: TokenStore
  timeoutMs: number
}

/** The platform renews 5 minutes early; a token about to end is not begun with. */
const renewBeforeMs = 60_000

/** One token for all callers: however many ask at once, one request goes out. */
export function accessTokens(options: Options): AccessTokens {
  let refreshing: Promise<TokenResult> | null = null
  return {
    async get(rejected) {
      const kept = await options.tokenStore.read()
      if (kept && kept.value !== rejected && kept.expiresAt.getTime() - renewBeforeMs > options.clock().getTime()) {
        return { kind: 'token', value: kept.value }
      }
      refreshing ??= refresh(options, rejected).finally(() => {
        refreshing = null
      })
      return refreshing
    },
  }
}

/** A token kept in this process. */
export function memoryTokenStore(): TokenStore {
  let kept: AccessToken | null = null
  return {
    read: async () => kept,
    write: async (token) => {
      kept = token
    },
  }
}

async function refresh(options: Options, rejected: string | undefined): Promise<TokenResult> {
  const result = await requestToken(options, false)
  // The same token again, although refused: only then is a new one forced, for that is allowed 20 times a day.
  if (result.kind === 'token' && result.value === rejected) return requestToken(options, true)
  return result
}

/** https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken */
async function requestToken(options: Options, force: boolean): Promise<TokenResult> {
  const { appId, appSecret, apiUrl, clock, fetch, tokenStore, timeoutMs } = options
  const body = { grant_type: 'client_credential', appid: appId, secret: appSecret, force_refresh: force }
  const asked = clock().getTime()
  const result = await call(fetch, `${apiUrl}/cgi-bin/stable_token`, body, timeoutMs)
  if (result.kind !== 'ok') return result
  const { access_token: value, expires_in: seconds } = result.body
  if (typeof value !== 'string' || typeof seconds !== 'number') {
    return { kind: 'lost', code: 'UNREADABLE', reason: 'the answer holds no token' }
  }
  await tokenStore.write({ value, expiresAt: new Date(asked + seconds * 1000) })
  return { kind: 'token', value }
}
