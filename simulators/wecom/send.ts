import { textOf } from '../tencent/index.ts'
import { cut } from './pusher.ts'
import { no } from './result.ts'
import type { ShownCard } from './phone.ts'
import type { Inhabitant, WecomPlatform } from './platform.ts'
import type { Result } from './result.ts'

type Asked = Record<string, unknown>

/** What a request would show: words, or a card. */
type Content = { kind: 'text' | 'media'; text: string } | { kind: 'card'; text: string; card: ShownCard }

/** message/send. https://developer.work.weixin.qq.com/document/path/90236 */
export function sendMessage(platform: WecomPlatform, asked: Asked | null, permissive: boolean): Result {
  if (!asked) return no(47001, 'data format error')
  if (Number(asked['agentid']) !== Number(platform.options.agentId)) return no(40056, 'invalid agentid')
  const wanted = textOf(asked['touser']).split('|').filter(Boolean)
  if (wanted.length === 0) return no(40035, 'user & party & tag all empty')
  const repeated = isRepetition(platform, asked)
  const content = contentOf(platform, asked, repeated)
  if ('errcode' in content) return content

  const found = wanted.map((userId) => ({ userId, member: platform.members.get(userId.toLowerCase()) }))
  const invalid = found.filter(({ member }) => !member?.state.visible).map(({ userId }) => userId.toLowerCase())
  const seen = found.flatMap(({ member }) => (member?.state.visible ? [member] : []))
  const unlicensed = seen.filter(({ state }) => !state.licensed).map(({ userId }) => userId.toLowerCase())
  const reached = seen.filter(({ state }) => state.licensed)
  const left = {
    ...(invalid.length > 0 ? { invaliduser: invalid.join('|') } : {}),
    ...(unlicensed.length > 0 ? { unlicenseduser: unlicensed.join('|') } : {}),
  }
  if (reached.length === 0 && !permissive) {
    return { data: { ...no(81013, 'user & party & tag all invalid'), ...left } }
  }
  const msgid = platform.nextId()
  if (content.kind === 'card') platform.taskIds.add(content.card.taskId)
  if (asked['enable_duplicate_check'] === 1) platform.remember(JSON.stringify(asked))
  for (const member of reached) deliver(platform, member, content, msgid, repeated)
  const code = content.kind === 'card' && reached[0] ? platform.newCode(reached[0].userId, content.card.taskId) : null
  return { data: { errcode: 0, errmsg: 'ok', ...left, msgid, ...(code === null ? {} : { response_code: code }) } }
}

function deliver(
  platform: WecomPlatform,
  member: Inhabitant,
  content: Content,
  msgid: string,
  repeated: boolean,
): void {
  const { userId } = member
  const now = platform.now()
  if (repeated) platform.dropped.push({ to: userId, text: content.text, why: 'duplicate' })
  else if (!platform.perMember.take(userId, now) || !platform.perApp.take('', now)) {
    platform.dropped.push({ to: userId, text: content.text, why: 'limit' })
  } else {
    platform.note({ to: userId, kind: content.kind, text: content.text }, msgid)
    if (content.kind === 'card') member.screen.show('account', asShown(content.card), 'custom', { ...content.card })
    else member.screen.show('account', content.text, 'custom')
  }
}

function isRepetition(platform: WecomPlatform, asked: Asked): boolean {
  if (asked['enable_duplicate_check'] !== 1) return false
  const seconds = Number(asked['duplicate_check_interval'] ?? 1_800)
  return platform.isRepeated(JSON.stringify(asked), Math.min(seconds, 4 * 3_600))
}

function contentOf(
  platform: WecomPlatform,
  asked: Asked,
  repeated: boolean,
): Content | { errcode: number; errmsg: string } {
  const type = textOf(asked['msgtype'])
  const part = (asked[type] ?? {}) as Asked
  switch (type) {
    case 'text': {
      const text = textOf(part['content'])
      return text === '' ? no(44004, 'content size zero') : { kind: 'text', text: cut(text) }
    }
    case 'template_card':
      return cardOf(platform, part, repeated)
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
      return platform.media.has(textOf(part['media_id']))
        ? { kind: 'media', text: `[${type}]` }
        : no(40007, 'invalid media_id')
    default:
      return no(40008, 'invalid message type')
  }
}

/** Button cards alone are known here; what breaks their rules is refused. */
function cardOf(
  platform: WecomPlatform,
  part: Asked,
  repeated: boolean,
): Content | { errcode: number; errmsg: string } {
  const taskId = textOf(part['task_id'])
  const title = textOf((part['main_title'] as Asked | undefined)?.['title'])
  const words = textOf(part['sub_title_text'])
  const rows = ((part['horizontal_content_list'] ?? []) as Asked[]).map((row) => ({
    name: textOf(row['keyname']),
    value: textOf(row['value']),
  }))
  const buttons = ((part['button_list'] ?? []) as Asked[]).map((button) => ({
    text: textOf(button['text']),
    key: textOf(button['key']),
  }))
  const keys = new Set(buttons.map(({ key }) => key))
  const isGood =
    part['card_type'] === 'button_interaction' &&
    /^[\w@-]{1,128}$/.test(taskId) &&
    (repeated || !platform.taskIds.has(taskId)) &&
    (title !== '' || words !== '') &&
    rows.length <= 6 &&
    rows.every(({ name }) => name !== '') &&
    buttons.length >= 1 &&
    buttons.length <= 6 &&
    keys.size === buttons.length &&
    buttons.every(({ text, key }) => text !== '' && key !== '' && Buffer.byteLength(key) <= 1_024)
  if (!isGood) return no(40058, 'invalid Request Parameter: template_card')
  return { kind: 'card', text: title, card: { taskId, title, words, rows, buttons, replaced: null } }
}

function asShown({ title, rows, words, buttons }: ShownCard): string {
  const lines = rows.map(({ name, value }) => `${name}：${value}`)
  return [title, ...lines, words, buttons.map(({ text }) => `[${text}]`).join(' ')].filter(Boolean).join('\n')
}

/** message/update_template_card: each code once. https://developer.work.weixin.qq.com/document/path/94888 */
export function updateCard(platform: WecomPlatform, asked: Asked | null): Result {
  if (!asked) return no(47001, 'data format error')
  if (Number(asked['agentid']) !== Number(platform.options.agentId)) return no(40056, 'invalid agentid')
  const word = textOf((asked['button'] as Asked | undefined)?.['replace_name'])
  if (word === '') return no(40058, 'invalid Request Parameter: button')
  // The documents don't say which code this has; what matters is that it is one.
  const code = platform.useCode(textOf(asked['response_code']))
  if (!code) return no(40058, 'invalid Request Parameter: response_code')
  const userIds = ((asked['userids'] ?? []) as unknown[]).map((one) => textOf(one).toLowerCase())
  const member = platform.members.get(code.userId.toLowerCase())
  const shown = member?.screen.shown.find(({ card }) => card?.taskId === code.taskId)
  if (!member || !shown?.card || !userIds.includes(code.userId.toLowerCase())) {
    return { data: { errcode: 0, errmsg: 'ok', invaliduser: userIds } }
  }
  shown.card.replaced = word
  platform.note({ to: member.userId, kind: 'card-result', text: word })
  return { data: { errcode: 0, errmsg: 'ok' } }
}
