import { call } from '../tencent/index.ts'
import type { Clock } from '#base'
import type { CallResult } from '../tencent/index.ts'
import type { Fetch } from '../ask.ts'

type TokenResult = { kind: 'token'; value: string } | Exclude<CallResult, { kind: 'ok' }>

export interface WecomTokens {
  /** A token to use now; `rejected` is one that WeCom has just refused. Never throws. */
  get: (rejected?: string) => Promise<TokenResult>
}

export interface WecomTokensOptions {
  corpId: string
  secret: string
  apiUrl: string
  clock: Clock
  fetch?: Fetch
  timeoutMs: number
}

/** WeCom may end a token early; one about to end is not begun with. */
const renewBeforeMs = 60_000

/**
 * The app's token, kept in this process: while it is good WeCom gives everybody who asks the same one, so that several
 * processes don't end one another's. However many ask at once, one request goes out.
 * https://developer.work.weixin.qq.com/document/path/91039
 */
export function wecomTokens({ corpId, secret, apiUrl, clock, fetch, timeoutMs }: WecomTokensOptions): WecomTokens {
  let kept: { value: string; expiresAt: number } | null = null
  let asking: Promise<TokenResult> | null = null

  async function ask(): Promise<TokenResult> {
    const query = new URLSearchParams({ corpid: corpId, corpsecret: secret })
    const asked = clock().getTime()
    const result = await call(fetch, `${apiUrl}/cgi-bin/gettoken?${query.toString()}`, undefined, timeoutMs)
    if (result.kind !== 'ok') return result
    const { access_token: value, expires_in: seconds } = result.body
    if (typeof value !== 'string' || value === '' || typeof seconds !== 'number') {
      return { kind: 'lost', code: 'UNREADABLE', reason: 'the answer holds no token' }
    }
    kept = { value, expiresAt: asked + seconds * 1000 }
    return { kind: 'token', value }
  }

  return {
    async get(rejected) {
      if (kept && kept.value !== rejected && kept.expiresAt - renewBeforeMs > clock().getTime()) {
        return { kind: 'token', value: kept.value }
      }
      asking ??= ask().finally(() => {
        asking = null
      })
      return asking
    },
  }
}
