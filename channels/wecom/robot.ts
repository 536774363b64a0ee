import { call } from '../tencent/index.ts'
import { sendOutcome } from './outcome.ts'
import { wecomRobotRules } from './rules.ts'
import type { Channel, ChannelTools } from '../channel.ts'

export interface WecomRobotOptions {
  /** `https://qyapi.weixin.qq.com`, or a simulator's address. */
  apiUrl: string
  /** For one HTTP call; 5,000 unless given. */
  timeoutMs?: number
}

/**
 * A group's robot (消息推送), for a station's duty group: it only speaks. An address is the key of its webhook: a secret,
 * sealed as addresses are. https://developer.work.weixin.qq.com/document/path/99110
 */
export function createWecomRobot({ apiUrl, timeoutMs = 5_000 }: WecomRobotOptions, { fetch }: ChannelTools): Channel {
  return {
    name: wecomRobotRules.name,
    rules: wecomRobotRules,
    door: null,
    async send(address, message) {
      const urgent = message.type === 'text' && message.urgent === true
      const text = { content: message.text, ...(urgent ? { mentioned_list: ['@all'] } : {}) }
      const url = `${apiUrl}/cgi-bin/webhook/send?key=${encodeURIComponent(address)}`
      return sendOutcome(await call(fetch, url, { msgtype: 'text', text }, timeoutMs))
    },
    fetchMedia: null,
  }
}
