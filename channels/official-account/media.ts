import { claimedFamily, contentTypeOf } from './media-type.ts'
import { download } from './download.ts'
import { sendOutcome, tokenErrors, tokenOutcome } from './outcome.ts'
import type { Clock } from '#base'
import type { Media } from '../channel.ts'
import type { Content, SendOutcome } from '../message.ts'
import type { AccessTokens } from './access-token.ts'
import type { Downloaded } from './download.ts'
import type { MediaFamily } from './media-type.ts'

interface MediaOptions {
  apiUrl: string
  tokens: AccessTokens
  clock: Clock
  /** Where videos may be fetched from, besides the platform's own host: names, or `*.` before the end of one. */
  videoHosts: readonly string[]
  /** For all of one; 30,000 unless given. */
  timeoutMs?: number
}

const mega = 1024 * 1024
/** Generous beside what the platform takes (https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia). */
const kinds = {
  image: { family: 'image', mostBytes: 10 * mega },
  voice: { family: 'audio', mostBytes: 2 * mega },
  video: { family: 'video', mostBytes: 20 * mega },
} as const satisfies Record<string, { family: MediaFamily; mostBytes: number }>

interface Wanted {
  family: MediaFamily
  mostBytes: number
}

/** Fetches what lies behind a message's media id. Never throws. */
export function createMediaFetch(options: MediaOptions): (content: Content) => Promise<Media> {
  const { tokens, clock } = options

  async function fetchMedia(mediaId: string, wanted: Wanted, rejected?: string): Promise<Media> {
    const token = await tokens.get(rejected)
    if (token.kind !== 'token') return asMedia(tokenOutcome(token, clock()))
    const url = new URL(`${options.apiUrl}/cgi-bin/media/get`)
    url.searchParams.set('access_token', token.value)
    url.searchParams.set('media_id', mediaId)
    const got = await get(url, wanted, true)
    if (got.kind !== 'got') return failed(got)
    // An error, and where a video lies, come as JSON with HTTP 200, whatever type they claim.
    const json = got.bytes[0] === 0x7b ? jsonOf(got.bytes) : null
    if (json === null) return check(got, wanted)
    const { errcode, errmsg, video_url: videoUrl } = json
    if (typeof errcode === 'number' && errcode !== 0) {
      if (tokenErrors.has(errcode) && rejected === undefined) return fetchMedia(mediaId, wanted, token.value)
      const reason = typeof errmsg === 'string' ? errmsg : ''
      return asMedia(sendOutcome({ kind: 'error', errcode, errmsg: reason }, clock()))
    }
    if (typeof videoUrl === 'string' && wanted.family === 'video') return fetchVideo(videoUrl, wanted)
    return refused('MEDIA_TYPE', 'JSON that holds neither an error nor a video')
  }

  async function fetchVideo(videoUrl: string, wanted: Wanted): Promise<Media> {
    const url = URL.canParse(videoUrl) ? new URL(videoUrl) : null
    const isOwn = url?.origin === new URL(options.apiUrl).origin
    if (url === null || !(isOwn || isAllowed(url, options.videoHosts))) {
      return refused('MEDIA_HOST', 'the video lies where we don’t fetch from')
    }
    const got = await get(url, wanted, isOwn)
    return got.kind === 'got' ? check(got, wanted) : failed(got)
  }

  function get(url: URL, { mostBytes }: Wanted, mayBePrivate: boolean): Promise<Downloaded> {
    return download(url, { mostBytes, mayBePrivate, timeoutMs: options.timeoutMs ?? 30_000 })
  }

  return async (content) => {
    if (content.type !== 'image' && content.type !== 'voice' && content.type !== 'video') {
      return refused('MEDIA_NONE', 'a message without media')
    }
    return fetchMedia(content.mediaId, kinds[content.type])
  }
}

const againAfterMs = 5_000

function check({ status, contentType, bytes }: Extract<Downloaded, { kind: 'got' }>, { family }: Wanted): Media {
  if (status >= 500)
    return { status: 'retry', code: `HTTP_${status}`, reason: 'the platform failed', afterMs: againAfterMs }
  if (status !== 200) return refused(`HTTP_${status}`, 'no answer with content')
  const claimed = claimedFamily(contentType)
  const found = contentTypeOf(bytes)
  if (found === null || claimedFamily(found) !== family || (claimed !== null && claimed !== family)) {
    return refused('MEDIA_TYPE', 'not what it claims to be, or of a kind we don’t keep')
  }
  return { status: 'fetched', contentType: found, bytes }
}

function failed(got: Exclude<Downloaded, { kind: 'got' }>): Media {
  if (got.kind === 'refused') return refused(got.code, 'not read to its end')
  return { status: 'retry', code: got.code, reason: 'no whole answer', afterMs: againAfterMs }
}

function refused(code: string, reason: string): Media {
  return { status: 'refused', code, reason }
}

/** The same codes mean the same here; only that nothing can be `sent`, and that asking twice does no harm. */
function asMedia(outcome: SendOutcome): Media {
  if (outcome.status === 'refused') return refused(outcome.code, outcome.reason)
  if (outcome.status === 'retry') return outcome
  const { code, reason } = outcome.status === 'unknown' ? outcome : { code: 'UNREADABLE', reason: '' }
  return { status: 'retry', code, reason, afterMs: againAfterMs }
}

function isAllowed({ protocol, hostname, port, username, password }: URL, hosts: readonly string[]): boolean {
  if ((protocol !== 'https:' && protocol !== 'http:') || port !== '' || username !== '' || password !== '') return false
  return hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))
}

function jsonOf(bytes: Buffer): Record<string, unknown> | null {
  try {
    return JSON.parse(bytes.toString()) as Record<string, unknown>
  } catch {
    return null
  }
}
