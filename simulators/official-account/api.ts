import { setTimeout as wait } from 'node:timers/promises'
import QRCode from 'qrcode'
import { customSend } from './custom-send.ts'
import { answer, answerJson, bytesOf, jsonObject } from '../tencent/index.ts'
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
  if (url.pathname.startsWith('/_videos/')) {
    const video = platform.media.video(url.pathname.slice('/_videos/'.length), platform.clock().getTime())
    say(response, video)
    return true
  }
  if (!url.pathname.startsWith('/cgi-bin/')) return false
  const body = await bytesOf(request)
  const wrong = platform.manners.next(url.pathname)
  // The socket is left open until the client gives up, or the simulator closes.
  if (wrong.silent) return true
  if (wrong.http502) {
    answer(response, 502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>')
    return true
  }
  if (wrong.instead) {
    const { status = 200, contentType = 'text/plain', body: said = '', location } = wrong.instead
    if (location !== undefined) response.setHeader('location', location)
    answer(response, status, contentType, said)
    return true
  }
  const result =
    wrong.errcode === undefined ? await run(platform, credentials, request, url, body) : no(wrong.errcode, 'simulated')
  if (wrong.dropAfterAccept) {
    response.destroy()
    return true
  }
  if (wrong.slowMs) await wait(wrong.slowMs)
  say(response, result)
  return true
}

async function run(
  platform: Platform,
  credentials: Credentials,
  request: IncomingMessage,
  url: URL,
  body: Buffer,
): Promise<Result> {
  const now = platform.clock().getTime()
  const text = body.toString()
  const get = request.method === 'GET'
  switch (url.pathname) {
    case '/cgi-bin/stable_token':
      return stableToken(platform, credentials, jsonObject(text), now)
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
      return customSend(platform, jsonObject(text))
    case '/cgi-bin/qrcode/create':
      return platform.qrCodes.create(jsonObject(text), now)
    case '/cgi-bin/menu/create':
      return platform.menu.create(jsonObject(text))
    case '/cgi-bin/get_current_selfmenu_info':
      return get ? platform.menu.current() : no(43001, 'require GET method')
    case '/cgi-bin/media/upload':
      return platform.media.upload(url.searchParams.get('type'), body, request.headers['content-type'] ?? '', now)
    case '/cgi-bin/media/get':
      if (!get) return no(43001, 'require GET method')
      return platform.media.get(url.searchParams.get('media_id'), now, `http://${request.headers.host}`)
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
  return refused ?? platform.tokens.stable(now, asked['force_refresh'] === true)
}

function plainToken(platform: Platform, known: Credentials, query: URLSearchParams, now: number): Result {
  if (query.get('grant_type') !== 'client_credential') return no(40002, 'invalid grant_type')
  return checkCredentials(known, query.get('appid'), query.get('secret')) ?? { data: platform.tokens.plain(now) }
}

async function showQrCode(platform: Platform, ticket: string | null): Promise<Result> {
  const says = platform.qrCodes.says(ticket)
  return says === null ? null : { contentType: 'image/png', bytes: await QRCode.toBuffer(says, { width: 430 }) }
}

function say(response: ServerResponse, result: Result): void {
  if (result === null) answer(response, 404, 'text/plain', 'not found')
  else if ('bytes' in result) answer(response, 200, result.contentType, result.bytes)
  else answerJson(response, 'data' in result ? result.data : result)
}
