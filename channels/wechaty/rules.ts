import type { ChannelRules } from '../windows.ts'

/**
 * A personal or WeCom account has no quotas that anybody states; what protects it is its own slow pace, kept by the
 * gateway. Only words in private open the way to write to somebody in private, so that nobody is written to
 * because of what they said in a group.
 */
export const wechatyRules: ChannelRules = {
  name: 'wechaty',
  mostBytes: 2048,
  receives: ['text', 'image', 'voice', 'video', 'location', 'link', 'unsupported'],
  sends: ['text', 'picture'],
  // The gateway keeps a person's pace itself and says when to come back: whoever waited here would lose their lease.
  perSecond: 50,
  limited: false,
  opensWindow: (_content, room) =>
    room === undefined ? { kind: 'private', seconds: 365 * 86_400, sends: 1_000_000 } : null,
}
