import { createOfficialAccountClient } from './client.ts'
import { checkKeys, readPush, verifyUrl } from './push.ts'
import { officialAccountRules } from './rules.ts'
import type { Channel, ChannelTools, Door } from '../channel.ts'
import type { TokenStore } from './access-token.ts'
import type { OfficialAccountKeys } from './push.ts'

/** What switches the official account on. */
export interface OfficialAccountOptions extends OfficialAccountKeys {
  appSecret: string
  /** `https://api.weixin.qq.com`, or a simulator's address. */
  apiUrl: string
  /** `https://mp.weixin.qq.com`. */
  mpUrl: string
  /** Hosts besides the platform's own that videos may be fetched from; `*.qq.com` unless given. */
  mediaHosts?: readonly string[]
  /** Where processes share one access token; without it each keeps its own copy. */
  tokenStore?: TokenStore
}

/** The platform hangs up after 5 s; what is left is for the way. */
const patienceMs = 3_500

/** WeChat's official account (公众号, 服务号). Throws AES_KEY_INVALID. */
export function createOfficialAccount(options: OfficialAccountOptions, tools: ChannelTools): Channel {
  checkKeys(options)
  const client = createOfficialAccountClient({ ...options, ...tools })
  return {
    name: officialAccountRules.name,
    rules: officialAccountRules,
    door: doorOf(options),
    send: (address, message) => client.send(address, message),
    fetchMedia: (content) => client.fetchMedia(content),
  }
}

function doorOf(keys: OfficialAccountKeys): Door {
  return {
    patienceMs,
    open({ method, query, body }, now) {
      if (method === 'GET') {
        const answer = { status: 200, contentType: 'text/plain; charset=utf-8', body: verifyUrl(query, keys, now) }
        return { do: 'answer', answer }
      }
      const { inbound, reply, contentType } = readPush({ query, body }, keys, now)
      return { do: 'hear', inbound, reply: (text) => ({ status: 200, contentType, body: reply(text) }) }
    },
  }
}
