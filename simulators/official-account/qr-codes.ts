import { randomBytes } from 'node:crypto'
import { shanghaiMs } from '#base'
import { textOf } from '../tencent/index.ts'
import { no } from './result.ts'
import type { Result } from './result.ts'

const mostPermanent = 100_000
const mostADay = 100_000
const dayMs = 24 * 3_600_000

/** The account's QR codes and how many were asked for. */
export class QrCodes {
  /** Ticket → what the picture says, and the scene that a scan brings. */
  readonly #made = new Map<string, { says: string; scene: string }>()
  #permanent = 0
  #day = 0
  #today = 0

  /** How often one was asked for. */
  asked = 0
  /** As if so many permanent ones were there already. */
  set permanent(count: number) {
    this.#permanent = count
  }

  says(ticket: string | null): string | null {
    return this.#made.get(ticket ?? '')?.says ?? null
  }

  /** The scene behind what a picture says; null for a picture of somebody else's. */
  scene(says: string): string | null {
    return [...this.#made.values()].find((made) => made.says === says)?.scene ?? null
  }

  create(request: Record<string, unknown> | null, now: number): Result {
    this.asked += 1
    if (!request) return no(47001, 'data format error')
    const action = String(request['action_name'])
    const permanent = action === 'QR_LIMIT_SCENE' || action === 'QR_LIMIT_STR_SCENE'
    if (!permanent && action !== 'QR_SCENE' && action !== 'QR_STR_SCENE') return no(40053, 'invalid action info')
    const scene = sceneOf(request, action)
    if (scene === null) return no(40053, 'invalid action info')
    const seconds = request['expire_seconds'] ?? 60
    if (!permanent && !(typeof seconds === 'number' && seconds > 0 && seconds <= 2_592_000)) {
      return no(40052, 'invalid action name')
    }
    const day = Math.floor((now + shanghaiMs) / dayMs)
    this.#today = day === this.#day ? this.#today + 1 : 1
    this.#day = day
    if (this.#today > mostADay) return no(45009, 'reach max api daily quota limit')
    if (permanent && this.#permanent >= mostPermanent) return no(45029, 'qrcode count out of limit')
    if (permanent) this.#permanent += 1
    const ticket = `gQ${randomBytes(48).toString('base64')}==`
    const says = `http://weixin.qq.com/q/${randomBytes(16).toString('base64url')}`
    this.#made.set(ticket, { says, scene })
    return { data: { ticket, ...(permanent ? {} : { expire_seconds: seconds }), url: says } }
  }
}

/** A text of 1 to 64 characters, or a number: 1 to 100,000 for a permanent one. */
function sceneOf(request: Record<string, unknown>, action: string): string | null {
  const { scene } = (request['action_info'] ?? {}) as { scene?: { scene_id?: unknown; scene_str?: unknown } }
  if (action.endsWith('_STR_SCENE')) {
    const text = textOf(scene?.scene_str)
    return /^.{1,64}$/u.test(text) ? text : null
  }
  const id = scene?.scene_id
  const most = action === 'QR_LIMIT_SCENE' ? 100_000 : 4_294_967_295
  return typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= most ? String(id) : null
}
