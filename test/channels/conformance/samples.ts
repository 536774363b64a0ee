import type { Content, Outbound } from '#channels'

export const contents: Content[] = [
  { type: 'text', text: '晨光社区3号楼的路灯坏了' },
  { type: 'image', mediaId: 'media-1', url: null },
  { type: 'voice', mediaId: 'media-2', format: 'amr', recognition: '井盖丢了' },
  { type: 'video', mediaId: 'media-3', thumbMediaId: 'media-4' },
  { type: 'location', latitude: 36.545, longitude: 104.173, label: '公园路' },
  { type: 'link', title: '停水通知', description: '没有日期', url: 'https://example.com/a?b=1&c=2' },
  { type: 'unsupported', name: 'hologram' },
  { type: 'follow', scene: null },
  { type: 'scan', scene: 's-st-01' },
  { type: 'click', key: 'progress' },
  { type: 'event', name: 'somethingnew' },
  { type: 'unfollow' },
]
/** These are answered with nothing. */
export const silent: readonly Content['type'][] = ['event', 'unfollow']

const choices = [
  { label: '满意', says: '满意' },
  { label: '不满意', says: '不满意' },
]
export const outbounds: Outbound[] = [
  { type: 'text', text: '编号 1042-9 有进展了。' },
  { type: 'choices', text: '请您评价。', choices },
  {
    type: 'card',
    title: '新诉求',
    text: '路灯坏了两周。',
    caseNumber: '1042-9',
    choices: [{ label: '接单', says: '接单 1042-9' }],
  },
  { type: 'picture', text: '', contentType: 'image/png', bytes: onePixel() },
]

export const text = (words: string): Content => ({ type: 'text', text: words })

function onePixel(): Uint8Array {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  return Buffer.from(png, 'base64')
}
