import type { Channel, ChannelTools } from '../channel.ts'
import { createClient } from './client.ts'
import { createDoor } from './door.ts'
import { wechatyRules } from './rules.ts'

/** What switches wechaty on: where its gateway process is, and the secret that the two share. */
export interface WechatyOptions {
  secret: string
  /** Such as `http://127.0.0.1:3010`. */
  gatewayUrl: string
  /** For one send, in milliseconds; 18 s unless given. The gateway's own pace takes up to 9 of them. */
  timeoutMs?: number
}

/**
 * Group chats and private ones through the wechaty library. The library itself runs in a process of its own (the folder
 * `wechaty/`): see docs/adr/0012-wechaty-stands-apart.md.
 */
export function createWechaty(options: WechatyOptions, tools: ChannelTools): Channel {
  const client = createClient({ ...options, ...tools })
  return {
    name: wechatyRules.name,
    rules: wechatyRules,
    door: createDoor(options.secret),
    send: client.send,
    fetchMedia: client.fetchMedia,
  }
}
