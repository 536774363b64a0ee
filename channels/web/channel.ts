import { createDoor } from './door.ts'
import { webRules } from './rules.ts'
import type { Channel } from '../channel.ts'

/** What switches the web chat on. */
export interface WebChatOptions {
  /** Whether residents reach us by https: then the cookie is kept to it. */
  secure: boolean
}

/**
 * Our own page, for who has no WeChat at hand. Nothing has to go anywhere to be sent: the page reads what was told from
 * the ledger, whenever it is open, so `sent` means that it may read it from now on. There is no platform, hence no id.
 */
export function createWebChat({ secure }: WebChatOptions): Channel {
  return {
    name: webRules.name,
    rules: webRules,
    door: createDoor(secure),
    send: async () => ({ status: 'sent', platformId: null }),
    fetchMedia: null,
  }
}
