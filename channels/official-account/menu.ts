import { apiError } from './caller.ts'
import type { Caller } from './caller.ts'

/** One button as the platform takes it: with `sub_button`, or with a type and what belongs to it. */
export interface MenuButton {
  name: string
  type?: string | undefined
  key?: string | undefined
  url?: string | undefined
  sub_button?: MenuButton[] | undefined
}

export interface Menu {
  button: MenuButton[]
}

/** Replaces the account's menu; phones show it within minutes. Throws OFFICIAL_ACCOUNT_API. */
export async function createMenu(caller: Caller, menu: Menu): Promise<void> {
  await caller.ask('/cgi-bin/menu/create', menu)
}

/**
 * The menu that phones show now, also one made in the console; null when there is none. Throws OFFICIAL_ACCOUNT_API.
 * https://developers.weixin.qq.com/doc/service/api/custommenu/api_getcurrentselfmenuinfo
 */
export async function readMenu(caller: Caller): Promise<Menu | null> {
  const { is_menu_open: isOpen, selfmenu_info: info } = await caller.ask('/cgi-bin/get_current_selfmenu_info')
  const buttons = (info as { button?: unknown } | undefined)?.button
  if (isOpen !== 1 || !Array.isArray(buttons)) return null
  return { button: buttons.map(buttonOf) }
}

/** The console's form: sub-buttons in a `list`, and a text or an article under `value`. */
function buttonOf(given: unknown): MenuButton {
  if (typeof given !== 'object' || given === null)
    throw apiError({ kind: 'lost', code: 'UNREADABLE', reason: 'a button' })
  const { name, type, key, url, value, sub_button: sub } = given as Record<string, unknown>
  const list = (sub as { list?: unknown } | undefined)?.list
  const text = (member: unknown) => (typeof member === 'string' ? member : undefined)
  return {
    name: text(name) ?? '',
    ...(Array.isArray(list) ? { sub_button: list.map(buttonOf) } : {}),
    ...(text(type) === undefined ? {} : { type: text(type) }),
    ...((text(key) ?? text(value)) === undefined ? {} : { key: text(key) ?? text(value) }),
    ...(text(url) === undefined ? {} : { url: text(url) }),
  }
}
