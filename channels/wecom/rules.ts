import type { ChannelRules } from '../windows.ts'

/**
 * An app may write to a member at any time, but what is over 30 a minute or 1,000 an hour is dropped without a word, and
 * so is what is over 200 times the corporation's accounts a day. Nobody has more accounts than members who are written
 * to, so that 200 a day for each of them keeps the last. https://developer.work.weixin.qq.com/document/path/90236
 */
export const wecomRules: ChannelRules = {
  name: 'wecom',
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
    'unfollow',
    'click',
    'event',
  ],
  sends: ['text', 'card', 'card-result'],
  perSecond: 150,
  limited: false,
  mostPer: [
    { seconds: 60, sends: 30 },
    { seconds: 3_600, sends: 1_000 },
    { seconds: 86_400, sends: 200 },
  ],
  // Nothing is counted by it; but what waited for somebody who was out of reach goes out now.
  opensWindow: (content) =>
    content.type === 'unfollow' || content.type === 'event' ? null : { kind: 'heard', seconds: 60, sends: 0 },
}

/** A group's robot (消息推送). https://developer.work.weixin.qq.com/document/path/99110 */
export const wecomRobotRules: ChannelRules = {
  name: 'wecom-robot',
  mostBytes: 2048,
  receives: [],
  sends: ['text'],
  perSecond: 20,
  limited: false,
  mostPer: [{ seconds: 60, sends: 20 }],
  opensWindow: () => null,
}
