import { MashangError } from '#base'
import { accessTokens } from './access-token.ts'
import { call } from '../tencent/index.ts'
import { tokenErrors } from './outcome.ts'
import type { AccessTokens, AccessTokensOptions, TokenResult } from './access-token.ts'
import type { CallResult } from '../tencent/index.ts'

/** What came of a call with a token: of the call itself, or of asking for the token, when there was none. */
type Answer = { from: 'call'; result: CallResult } | { from: 'token'; result: Exclude<TokenResult, { kind: 'token' }> }

/** Calls the platform with the account's token, which is renewed once when the platform refuses it. */
export interface Caller {
  tokens: AccessTokens
  /** GETs when there is no body. */
  post: (path: string, body?: unknown) => Promise<Answer>
  /** The same for what can only be all right or an error of ours: throws OFFICIAL_ACCOUNT_API. */
  ask: (path: string, body?: unknown) => Promise<Record<string, unknown>>
}

export function createCaller(options: AccessTokensOptions): Caller {
  const { apiUrl, fetch, timeoutMs } = options
  const tokens = accessTokens(options)

  async function post(path: string, body: unknown, rejected?: string): Promise<Answer> {
    const token = await tokens.get(rejected)
    if (token.kind !== 'token') return { from: 'token', result: token }
    const url = `${apiUrl}${path}${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token.value)}`
    const result = await call(fetch, url, body, timeoutMs)
    const renew = result.kind === 'error' && tokenErrors.has(result.errcode) && rejected === undefined
    return renew ? post(path, body, token.value) : { from: 'call', result }
  }

  return {
    tokens,
    post: (path, body) => post(path, body),
    async ask(path, body) {
      const { result } = await post(path, body)
      if (result.kind !== 'ok') throw apiError(result)
      return result.body
    },
  }
}

/** The platform said no, or nothing, to what was asked for the account itself. */
export function apiError(result: Exclude<CallResult, { kind: 'ok' }>): MashangError {
  const text = result.kind === 'error' ? `${result.errcode} ${result.errmsg}` : `${result.code} ${result.reason}`
  return new MashangError(`The official account's platform answered: ${text}`, {
    code: 'OFFICIAL_ACCOUNT_API',
    status: 502,
    fix: '40013 and 40125 mean the app id or secret, 40164 the IP whitelist, 48001 permissions, 45009 that today’s calls are used up',
  })
}
