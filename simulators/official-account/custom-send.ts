import { textOf } from '../tencent/index.ts'
import { no } from './result.ts'
import type { Platform } from './platform.ts'
import type { Result } from './result.ts'

const mostBytes = 2048

/** message/custom/send: checks what the platform checks, then shows it on the phone. */
export function customSend(platform: Platform, asked: Record<string, unknown> | null): Result {
  if (!asked) return no(47001, 'data format error')
  const inhabitant = platform.find(textOf(asked['touser']))
  if (!inhabitant) return no(40003, 'invalid openid')
  if (!inhabitant.person.following) return no(43004, 'require subscribe')
  const content = wordsOf(asked)
  if (content === null) return no(40008, 'invalid message type')
  if (content === '') return no(44004, 'empty content')
  if (Buffer.byteLength(content) > mostBytes) return no(45002, 'content size out of limit')
  const errcode = platform.quotas ? inhabitant.quota.take(platform.clock().getTime()) : 0
  if (errcode === 45015) return no(errcode, 'response out of time limit or subscription is canceled')
  if (errcode === 45047) return no(errcode, 'out of response count limit')
  const choices = choicesOf(asked)
  platform.accept(inhabitant, choices.length > 0 ? headOf(asked) : content, content, choices)
  return { errcode: 0, errmsg: 'ok' }
}

/** What the phone will show; null for a type the platform doesn't have. */
function wordsOf(asked: Record<string, unknown>): string | null {
  const part = asked[String(asked['msgtype'])] as Record<string, unknown> | undefined
  switch (asked['msgtype']) {
    case 'text':
      return textOf(part?.['content'])
    case 'msgmenu': {
      return [part?.['head_content'], ...choicesOf(asked), part?.['tail_content']].filter(Boolean).join('\n')
    }
    case 'image':
      return '[图片]'
    case 'voice':
      return '[语音]'
    case 'video':
      return '[视频]'
    case 'news':
    case 'mpnewsarticle':
      return '[图文]'
    case 'miniprogrampage':
      return '[小程序]'
    default:
      return null
  }
}

/** What can be tapped of a msgmenu: each comes back as if it had been written. */
function choicesOf(asked: Record<string, unknown>): string[] {
  if (asked['msgtype'] !== 'msgmenu') return []
  const { list = [] } = (asked['msgmenu'] ?? {}) as { list?: { content?: unknown }[] }
  return list.map(({ content }) => textOf(content)).filter((content) => content !== '')
}

function headOf(asked: Record<string, unknown>): string {
  return textOf((asked['msgmenu'] as Record<string, unknown>)['head_content'])
}
