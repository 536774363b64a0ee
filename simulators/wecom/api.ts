import { setTimeout as wait } from 'node:timers/promises'
import { answer, answerJson, bodyOf, jsonObject, textOf } from '../tencent/index.ts'
import { no } from './result.ts'
import { sendMessage, updateCard } from './send.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WecomPlatform } from './platform.ts'
import type { Result } from './result.ts'

/** One call of WeCom's HTTP API. */
export async function serveApi(
  platform: WecomPlatform,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const body = await bodyOf(request)
  const wrong = platform.manners.next(url.pathname)
  // The socket is left open until the client gives up, or the simulator closes.
  if (wrong.silent) return
  if (wrong.http502) return answer(response, 502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>')
  if (wrong.body !== undefined) return answer(response, 200, 'application/json; charset=utf-8', wrong.body)
  const result =
    wrong.errcode === undefined ? run(platform, url, body, wrong.permissive === true) : no(wrong.errcode, 'simulated')
  if (wrong.dropAfterAccept) {
    response.destroy()
    return
  }
  if (wrong.slowMs) await wait(wrong.slowMs)
  say(response, result)
}

function run(platform: WecomPlatform, url: URL, body: string, permissive: boolean): Result {
  const query = url.searchParams
  if (url.pathname === '/cgi-bin/gettoken') return getToken(platform, query)
  if (url.pathname === '/cgi-bin/webhook/send') return sayInGroup(platform, query.get('key'), jsonObject(body))
  const errcode = platform.checkToken(query.get('access_token'))
  if (errcode === 41001) return no(errcode, 'access_token missing')
  if (errcode === 42001) return no(errcode, 'access_token expired')
  if (errcode !== 0) return no(errcode, 'invalid access_token')
  switch (url.pathname) {
    case '/cgi-bin/message/send':
      return sendMessage(platform, jsonObject(body), permissive)
    case '/cgi-bin/message/update_template_card':
      return updateCard(platform, jsonObject(body))
    case '/cgi-bin/auth/getuserinfo':
      return getUserInfo(platform, query.get('code') ?? '')
    case '/cgi-bin/media/upload':
      return upload(platform, query.get('type') ?? '', body)
    case '/cgi-bin/media/get': {
      const media = platform.media.get(query.get('media_id') ?? '')
      return media ?? no(40007, 'invalid media_id')
    }
    default:
      return null
  }
}

/** https://developer.work.weixin.qq.com/document/path/91039 */
function getToken(platform: WecomPlatform, query: URLSearchParams): Result {
  if (query.get('corpid') !== platform.options.corpId) return no(40013, 'invalid corpid')
  if (query.get('corpsecret') !== platform.options.secret) return no(40001, 'invalid credential')
  return { data: { errcode: 0, errmsg: 'ok', ...platform.token() } }
}

/** A group's robot. https://developer.work.weixin.qq.com/document/path/99110 */
function sayInGroup(platform: WecomPlatform, key: string | null, asked: Record<string, unknown> | null): Result {
  const robot = platform.options.robots.get(key ?? '')
  if (robot === undefined) return no(93000, 'invalid webhook url')
  if (!asked) return no(47001, 'data format error')
  const part = (asked['text'] ?? {}) as Record<string, unknown>
  const text = textOf(part['content'])
  if (asked['msgtype'] !== 'text' || text === '') return no(40058, 'invalid Request Parameter')
  if (Buffer.byteLength(text) > 2_048) return no(40058, 'content exceed max length 2048')
  if (!platform.perRobot.take(robot, platform.now())) return no(45009, 'api freq out of limit')
  const mentioned = ((part['mentioned_list'] ?? []) as unknown[]).map(textOf)
  platform.note({ to: `robot:${robot}`, kind: 'text', text, mentioned })
  return { data: { errcode: 0, errmsg: 'ok' } }
}

/** A code is good once, for five minutes. https://developer.work.weixin.qq.com/document/path/91023 */
function getUserInfo(platform: WecomPlatform, code: string): Result {
  const known = platform.oauthCodes.get(code)
  platform.oauthCodes.delete(code)
  if (!known || known.until <= platform.now()) return no(40029, 'invalid code')
  return { data: { errcode: 0, errmsg: 'ok', userid: known.userId } }
}

function upload(platform: WecomPlatform, type: string, body: string): Result {
  if (!['image', 'voice', 'video', 'file'].includes(type)) return no(40004, 'invalid media type')
  const id = platform.newMedia('application/octet-stream', Buffer.from(body))
  const at = String(Math.floor(platform.now() / 1000))
  return { data: { errcode: 0, errmsg: 'ok', type, media_id: id, created_at: at } }
}

function say(response: ServerResponse, result: Result): void {
  if (result === null) answer(response, 404, 'text/plain', 'not found')
  else if ('bytes' in result) answer(response, 200, result.type, result.bytes)
  else answerJson(response, 'data' in result ? result.data : result)
}
