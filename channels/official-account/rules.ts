import type { ChannelRules } from '../windows.ts'

/**
 * 客服消息 quotas as they stand: 5 within 48 hours after a message, 3 within a minute after a scan, a follow or a tap on
 * the menu. https://developers.weixin.qq.com/doc/subscription/guide/product/kf/intro.md
 */
export const officialAccountRules: ChannelRules = {
  name: 'official-account',
  mostBytes: 2048,
  receives: [
    'text',
    'image',
    'voice',
    'video',
    'location',
    'link',
    'unsupported',
    'follow',
    'scan',
    'unfollow',
    'click',
    'event',
  ],
  sends: ['text', 'choices', 'picture'],
  perSecond: 3_000,
  limited: true,
  opensWindow(content) {
    switch (content.type) {
      case 'follow':
      case 'scan':
      case 'click':
        return { kind: 'act', seconds: 60, sends: 3 }
      case 'event':
      case 'unfollow':
        return null
      default:
        return { kind: 'message', seconds: 48 * 3600, sends: 5 }
    }
  },
}
