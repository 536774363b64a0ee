import { createMediaFetch } from '../official-account/index.ts'
import { createWecomClient } from './client.ts'
import { createWecomDoor } from './door.ts'
import { wecomRules } from './rules.ts'
import { wecomTokens } from './tokens.ts'
import type { Channel, ChannelTools } from '../channel.ts'
import type { WecomKeys } from './keys.ts'

/** What switches WeCom on: one app of one corporation. */
export interface WecomOptions extends WecomKeys {
  secret: string
  /** `https://qyapi.weixin.qq.com`, or a simulator's address. */
  apiUrl: string
  /** For one HTTP call; 4,500 unless given, so that four of them end within 20 s. */
  timeoutMs?: number
}

/** WeCom (企业微信), for deputies and staff: an address is a UserID. Throws AES_KEY_INVALID. */
export function createWecom(options: WecomOptions, { clock, fetch }: ChannelTools): Channel {
  const { apiUrl, timeoutMs = 4_500 } = options
  const tokens = wecomTokens({ ...options, clock, fetch, timeoutMs })
  const client = createWecomClient({ ...options, tokens, fetch, timeoutMs })
  return {
    name: wecomRules.name,
    rules: wecomRules,
    door: createWecomDoor(options),
    send: client.send,
    // The same interface as the official account's; videos come as they are.
    fetchMedia: createMediaFetch({ apiUrl, tokens, clock, videoHosts: [] }),
  }
}
