import { call } from '../tencent/index.ts'
import type { Fetch } from '../ask.ts'
import { isMashangError, shanghaiMs } from '#base'
import type { Clock } from '#base'
import type { CallResult } from '../tencent/index.ts'

export interface AccessToken {
  value: string
  expiresAt: Date
}

/** Where processes share one token. */
export interface TokenStore {
  read: () => Promise<AccessToken | null>
  /** Runs `work` in one process at a time: others wait, and then find in `held.read` what it wrote. */
  exclusively: <T>(work: (held: HeldTokenStore) => Promise<T>) => Promise<T>
}

export interface HeldTokenStore {
  read: () => Promise<AccessToken | null>
  write: (token: AccessToken) => Promise<void>
  /** Whether a new token may be forced now (20 times a day, 30 s apart); a yes is counted at once. */
  mayForce: () => Promise<boolean>
}

export interface AccessTokens {
  /** A token to use now; `rejected` is one that the platform has just refused. Never throws. */
  get: (rejected?: string) => Promise<TokenResult>
}
export type TokenResult = { kind: 'token'; value: string } | Exclude<CallResult, { kind: 'ok' }>

export interface AccessTokensOptions {
  appId: string
  appSecret: string
  apiUrl: string
  clock: Clock
  fetch?: Fetch
  tokenStore: TokenStore
  timeoutMs: number
}

/** The platform renews 5 minutes early; a token about to end is not begun with. */
const renewBeforeMs = 60_000

/** One token for all callers: however many ask at once, here or in other processes, one request goes out. */
export function accessTokens(options: AccessTokensOptions): AccessTokens {
  const { clock, tokenStore } = options
  // Asked of the store only when it is no good any more: that would be a query for every message sent.
  let mine: AccessToken | null = null
  let renewing: Promise<TokenResult> | null = null
  const isGood = (token: AccessToken | null, rejected: string | undefined): token is AccessToken =>
    token !== null && token.value !== rejected && token.expiresAt.getTime() - renewBeforeMs > clock().getTime()
  const take = (token: AccessToken): TokenResult => {
    mine = token
    return { kind: 'token', value: token.value }
  }

  async function renew(rejected: string | undefined): Promise<TokenResult> {
    const kept = await tokenStore.read()
    if (isGood(kept, rejected)) return take(kept)
    return tokenStore.exclusively(async (held) => {
      const meanwhile = await held.read()
      if (isGood(meanwhile, rejected)) return take(meanwhile)
      let result = await requestToken(options, false)
      // The same token again, although refused: only then is a new one forced.
      if (result.kind === 'token' && result.token.value === rejected) {
        if (!(await held.mayForce())) {
          return { kind: 'unsent', code: 'TOKEN_FORCED_TOO_OFTEN', reason: 'a new token was forced too often already' }
        }
        result = await requestToken(options, true)
      }
      if (result.kind !== 'token') return result
      await held.write(result.token)
      return take(result.token)
    })
  }

  return {
    async get(rejected) {
      if (isGood(mine, rejected)) return { kind: 'token', value: mine.value }
      renewing ??= renew(rejected)
        .catch((error: unknown): TokenResult => ({ kind: 'unsent', code: 'TOKEN_STORE', reason: reasonOf(error) }))
        .finally(() => {
          renewing = null
        })
      return renewing
    },
  }
}

const mostForced = 20
const forcedApartMs = 30_000
const dayMs = 24 * 3_600_000

/** A token kept in this process, for one that works alone. */
export function memoryTokenStore(clock: Clock): TokenStore {
  let kept: AccessToken | null = null
  let forced: number[] = []
  let last: Promise<unknown> = Promise.resolve()
  const held: HeldTokenStore = {
    read: async () => kept,
    write: async (token) => {
      kept = token
    },
    mayForce: async () => {
      const now = clock().getTime()
      const midnight = now - ((now + shanghaiMs) % dayMs)
      forced = forced.filter((at) => at >= midnight)
      if (forced.length >= mostForced || now - (forced.at(-1) ?? Number.NEGATIVE_INFINITY) < forcedApartMs) return false
      forced.push(now)
      return true
    },
  }
  return {
    read: held.read,
    exclusively: (work) => {
      const next = last.then(() => work(held))
      last = next.catch(() => {})
      return next
    },
  }
}

type Requested = { kind: 'token'; token: AccessToken } | Exclude<CallResult, { kind: 'ok' }>

/** https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken */
async function requestToken(options: AccessTokensOptions, force: boolean): Promise<Requested> {
  const { appId, appSecret, apiUrl, clock, fetch, timeoutMs } = options
  const body = { grant_type: 'client_credential', appid: appId, secret: appSecret, force_refresh: force }
  const asked = clock().getTime()
  const result = await call(fetch, `${apiUrl}/cgi-bin/stable_token`, body, timeoutMs)
  if (result.kind !== 'ok') return result
  const { access_token: value, expires_in: seconds } = result.body
  if (typeof value !== 'string' || typeof seconds !== 'number') {
    return { kind: 'lost', code: 'UNREADABLE', reason: 'the answer holds no token' }
  }
  return { kind: 'token', token: { value, expiresAt: new Date(asked + seconds * 1000) } }
}

/** A code of the database's, or of ours: its words might quote what was stored. */
function reasonOf(error: unknown): string {
  if (isMashangError(error)) return error.code
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'the token store failed'
}
