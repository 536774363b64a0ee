import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import QRCode from 'qrcode'
import { customSend } from './custom-send.ts'
import { answer, answerJson, bodyOf, jsonObject, textOf } from './http.ts'
import { no } from './result.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Platform } from './platform.ts'
import type { Result } from './result.ts'

export interface Credentials {
  appId: string
  appSecret: string
}

/** One call of the platform's HTTP API; false when the path isn't one of its own. */
export async function serveApi(
  platform: Platform,
  credentials: Credentials,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (!url.pathname.startsWith('/cgi-bin/')) return false
  const body = await bodyOf(request)
  const wrong = platform.manners.next(url.pathname)
  // The socket is left open until the client gives up, or the simulator closes.
  if (wrong.silent) return true
  if (wrong.http502) {
    answer(response, 502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>')
    return true
  }
  const result =
    wrong.errcode === undefined ? await run(platform, credentials, url, body) : no(wrong.errcode, 'simulated')
  if (wrong.dropAfterAccept) {
    response.destroy()
    return true
  }
  if (wrong.slowMs) await wait(wrong.slowMs)
  say(response, result)
  return true
}

async function run(platform: Platform, credentials: Credentials, url: URL, body: string): Promise<Result> {
  const now = platform.clock().getTime()
  switch (url.pathname) {
    case '/cgi-bin/stable_token':
      return stableToken(platform, credentials, jsonObject(body), now)
    case '/cgi-bin/token':
      return plainToken(platform, credentials, url.searchParams, now)
    case '/cgi-bin/showqrcode':
      return showQrCode(platform, url.searchParams.get('ticket'))
  }
  const errcode = platform.tokens.check(url.searchParams.get('access_token'), now)
  if (errcode === 41001) return no(errcode, 'access_token missing')
  if (errcode === 42001) return no(errcode, 'access_token expired')
  if (errcode !== 0) return no(errcode, 'invalid credential, access_token is invalid or not latest')
  switch (url.pathname) {
    case '/cgi-bin/message/custom/send':
      return customSend(platform, jsonObject(body))
    case '/cgi-bin/qrcode/create':
      return createQrCode(platform, jsonObject(body))
    case '/cgi-bin/media/upload':
      return upload(platform, url.searchParams.get('type'), now)
    case '/cgi-bin/media/get':
      return platform.hasMedia(url.searchParams.get('media_id'))
        ? { png: await QRCode.toBuffer('media') }
        : no(40007, 'invalid media_id')
    default:
      return no(40066, 'invalid url')
  }
}

function checkCredentials(known: Credentials, appId: unknown, secret: unknown): Result {
  if (appId !== known.appId) return no(40013, 'invalid appid')
  return secret === known.appSecret ? null : no(40125, 'invalid appsecret')
}

function stableToken(
  platform: Platform,
  known: Credentials,
  asked: Record<string, unknown> | null,
  now: number,
): Result {
  if (!asked) return no(47001, 'data format error')
  if (asked['grant_type'] !== 'client_credential') return no(40002, 'invalid grant_type')
  const refused = checkCredentials(known, asked['appid'], asked['secret'])
  return refused ?? { data: platform.tokens.stable(now, asked['force_refresh'] === true) }
}

function plainToken(platform: Platform, known: Credentials, query: URLSearchParams, now: number): Result {
  if (query.get('grant_type') !== 'client_credential') return no(40002, 'invalid grant_type')
  return checkCredentials(known, query.get('appid'), query.get('secret')) ?? { data: platform.tokens.plain(now) }
}

function createQrCode(platform: Platform, asked: Record<string, unknown> | null): Result {
  if (!asked) return no(47001, 'data format error')
  const permanent = ['QR_LIMIT_SCENE', 'QR_LIMIT_STR_SCENE'].includes(String(asked['action_name']))
  if (!permanent && !['QR_SCENE', 'QR_STR_SCENE'].includes(String(asked['action_name']))) {
    return no(40053, 'invalid action info')
  }
  const info = asked['action_info'] as { scene?: { scene_id?: unknown; scene_str?: unknown } } | undefined
  const scene = info?.scene?.scene_str ?? info?.scene?.scene_id
  if (!/^.{1,64}$/u.test(typeof scene === 'number' ? String(scene) : textOf(scene)))
    return no(40053, 'invalid action info')
  const seconds = asked['expire_seconds'] ?? 60
  if (!permanent && !(typeof seconds === 'number' && seconds > 0 && seconds <= 2_592_000)) {
    return no(40052, 'invalid action name')
  }
  const ticket = `gQ${randomBytes(48).toString('base64')}==`
  const says = `http://weixin.qq.com/q/${randomBytes(16).toString('base64url')}`
  platform.qrCodes.set(ticket, says)
  return { data: { ticket, ...(permanent ? {} : { expire_seconds: seconds }), url: says } }
}

async function showQrCode(platform: Platform, ticket: string | null): Promise<Result> {
  const says = platform.qrCodes.get(ticket ?? '')
  return says === undefined ? null : { png: await QRCode.toBuffer(says, { width: 430 }) }
}

function upload(platform: Platform, type: string | null, now: number): Result {
  if (!['image', 'voice', 'video', 'thumb'].includes(type ?? '')) return no(40004, 'invalid media type')
  return { data: { type, media_id: platform.newMedia(), created_at: Math.floor(now / 1000) } }
}

function say(response: ServerResponse, result: Result): void {
  if (result === null) answer(response, 404, 'text/plain', 'not found')
  else if ('png' in result) answer(response, 200, 'image/png', result.png)
  else answerJson(response, 'data' in result ? result.data : result)
}
