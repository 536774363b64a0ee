import { no } from './result.ts'
import type { Result } from './result.ts'

interface Button {
  name?: unknown
  type?: unknown
  key?: unknown
  url?: unknown
  sub_button?: unknown
}

const keyed = new Set<unknown>([
  'click',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
])
const size = (value: unknown) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)

/** The account's menu, with the platform's limits. */
export class MenuBoard {
  #buttons: Button[] | null = null

  create(asked: Record<string, unknown> | null): Result {
    const buttons = asked?.['button']
    if (!Array.isArray(buttons)) return no(47001, 'data format error')
    const wrong =
      buttons.length < 1 || buttons.length > 3 ? no(40016, 'invalid button size') : faultOf(buttons as Button[])
    if (wrong) return wrong
    this.#buttons = buttons as Button[]
    return { errcode: 0, errmsg: 'ok' }
  }

  /** As the platform tells it back: sub-buttons lie in a `list`. */
  current(): Result {
    if (this.#buttons === null) return { data: { is_menu_open: 0 } }
    const button = this.#buttons.map(({ sub_button: sub, ...own }) =>
      sub ? { ...own, sub_button: { list: sub } } : own,
    )
    return { data: { is_menu_open: 1, selfmenu_info: { button } } }
  }
}

function faultOf(buttons: Button[]): Result {
  for (const { name, sub_button: sub, ...own } of buttons) {
    if (size(name) < 1 || size(name) > 16) return no(40018, 'invalid button name size')
    if (!Array.isArray(sub) || sub.length === 0) {
      const wrong = actFault(own)
      if (wrong) return wrong
      continue
    }
    if (sub.length > 5) return no(40023, 'invalid sub button size')
    for (const each of sub as Button[]) {
      if (size(each.name) < 1 || size(each.name) > 60) return no(40025, 'invalid sub button name size')
      const wrong = actFault(each)
      if (wrong) return wrong
    }
  }
  return null
}

function actFault({ type, key, url }: Button): Result {
  if (type === 'view') return size(url) < 1 || size(url) > 1024 ? no(40020, 'invalid button url size') : null
  if (!keyed.has(type)) return no(40017, 'invalid button type')
  return size(key) < 1 || size(key) > 128 ? no(40019, 'invalid button key size') : null
}
