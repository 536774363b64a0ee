import { messageOf } from '#base'
import { answerJson, bodyOf, jsonObject } from '../tencent/index.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Misbehaviour } from './misbehaviour.ts'
import type { SimulatedPerson } from './person.ts'
import type { Platform } from './platform.ts'
import type { PushOptions, PushResult, Pusher } from './pusher.ts'
import type { XmlFields } from '../tencent/index.ts'

/** What a phone in another process may ask for. */
export interface Act {
  text?: string
  scene?: string
  key?: string
  recognition?: string
  latitude?: number
  longitude?: number
  label?: string
  link?: { title: string; description: string; url: string }
  fields?: XmlFields
  options?: PushOptions
}

const acts: Record<string, (person: SimulatedPerson, act: Act) => Promise<PushResult>> = {
  follow: (person, { scene, options }) => person.follow(scene, options),
  unfollow: (person, { options }) => person.unfollow(options),
  scan: (person, { scene = '', options }) => person.scan(scene, options),
  say: (person, { text = '', options }) => person.say(text, options),
  click: (person, { key = '', options }) => person.click(key, options),
  image: (person, { options }) => person.sendImage(options),
  voice: (person, { recognition = '', options }) => person.sendVoice(recognition, options),
  video: (person, { options }) => person.sendVideo(options),
  location: (person, { latitude = 0, longitude = 0, label = '', options }) =>
    person.sendLocation(latitude, longitude, label, options),
  link: (person, { link, options }) => person.sendLink(link, options),
  raw: (person, { fields = {}, options }) => person.sendRaw(fields, options),
}

/**
 * The simulator's own doors, beside the platform's: `POST /_control` (a Misbehaviour, or {behave: true}, or
 * {webhookUrl}), `GET /_accepted`, `GET /_phones/:openid`, `GET /_phones/:openid/events` (server-sent events: what
 * was shown, then what is), `POST /_phones/:openid/:act`. False when the path isn't one of these.
 */
export async function serveControl(
  platform: Platform,
  pusher: Pusher,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  const [room, openid, act] = url.pathname.slice(1).split('/').map(decodeURIComponent)
  if (request.method === 'GET') {
    if (room === '_accepted') answerJson(response, platform.accepted)
    else if (room !== '_phones' || !openid) return false
    else if (act === 'events') stream(platform.person(openid), response)
    else
      answerJson(response, {
        openid,
        following: platform.person(openid).following,
        phone: platform.person(openid).phone,
      })
    return true
  }
  if (request.method !== 'POST' || (room !== '_control' && room !== '_phones')) return false
  // A page open in a browser can post a form here, but not JSON.
  const isJson = request.headers['content-type']?.startsWith('application/json')
  const asked = isJson ? jsonObject((await bodyOf(request)) || '{}') : null
  if (!asked) answerJson(response, { error: 'A JSON object is wanted, as application/json' }, 400)
  else if (room === '_control') answerJson(response, direct(platform, pusher, asked))
  else await perform(platform.person(openid), acts[act ?? ''], asked, response)
  return true
}

function direct(platform: Platform, pusher: Pusher, asked: Record<string, unknown>): { ok: true } {
  const { webhookUrl, behave, ...wrong } = asked as Misbehaviour & { webhookUrl?: string; behave?: boolean }
  if (webhookUrl !== undefined) pusher.webhookUrl = webhookUrl
  if (behave) platform.manners.behave()
  if (Object.keys(wrong).length > 0) misbehave(platform, wrong)
  return { ok: true }
}

/** Tokens are let go at once; all else waits for requests. */
export function misbehave(platform: Platform, wrong: Misbehaviour): void {
  if (wrong.expireTokens) platform.tokens.expireAll()
  platform.manners.misbehave(wrong)
}

async function perform(
  person: SimulatedPerson,
  act: ((person: SimulatedPerson, act: Act) => Promise<PushResult>) | undefined,
  asked: Act,
  response: ServerResponse,
): Promise<void> {
  if (!act) return answerJson(response, { error: 'No such act' }, 404)
  try {
    answerJson(response, await act(person, asked))
  } catch (error) {
    answerJson(response, { error: messageOf(error) }, 409)
  }
}

function stream(person: SimulatedPerson, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (shown: unknown) => response.write(`data: ${JSON.stringify(shown)}\n\n`)
  response.flushHeaders()
  person.phone.forEach(send)
  const stop = person.onShow(send)
  // fetch gives up on a body that is still for five minutes.
  const heartbeat = setInterval(() => response.write(':\n\n'), 60_000)
  response.on('close', () => {
    stop()
    clearInterval(heartbeat)
  })
}
