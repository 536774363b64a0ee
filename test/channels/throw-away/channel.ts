import { createHmac, timingSafeEqual } from 'node:crypto'
import { MashangError } from '#base'
import { ask } from '#channels'
import type { Channel, ChannelRules, ChannelTools, Content, Door, Inbound, SendOutcome } from '#channels'

/** A channel made by docs/adding-a-channel.md alone, to be thrown away: notes passed through a postbox. */
export interface PostboxOptions {
  /** Signs what it posts to us and lets us post to it. */
  secret: string
  url: string
  /** For one call; 5,000 unless given. */
  timeoutMs?: number
}

const postboxRules: ChannelRules = {
  name: 'postbox',
  mostBytes: 600,
  receives: ['text', 'image', 'follow', 'unsupported'],
  sends: ['text', 'choices'],
  perSecond: 50,
  limited: true,
  opensWindow: ({ type }) => (type === 'text' || type === 'image' ? { kind: 'note', seconds: 3_600, sends: 4 } : null),
}

export function createPostbox(options: PostboxOptions, { fetch }: ChannelTools): Channel {
  const { secret, url, timeoutMs = 5_000 } = options
  return {
    name: postboxRules.name,
    rules: postboxRules,
    door: doorOf(secret),
    fetchMedia: null,
    async send(to, message, key) {
      const choices = message.type === 'choices' ? message.choices.map(({ says }) => says) : []
      const body = JSON.stringify({ to, key, text: message.text, choices })
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
      const asked = await ask(fetch, `${url}/notes`, { method: 'POST', headers, body }, timeoutMs)
      if (asked.kind === 'unsent') return { status: 'retry', code: asked.code, reason: asked.reason, afterMs: 5_000 }
      if (asked.kind === 'lost') return { status: 'unknown', code: asked.code, reason: asked.reason }
      return outcomeOf(asked.text)
    },
  }
}

function outcomeOf(text: string): SendOutcome {
  const answer = objectIn(text)
  if (answer && typeof answer['id'] === 'string') return { status: 'sent', platformId: answer['id'] }
  switch (answer?.['error']) {
    case undefined:
      return { status: 'unknown', code: 'UNREADABLE', reason: 'the answer says nothing' }
    case 'busy':
      return { status: 'retry', code: 'busy', reason: 'the postbox is busy', afterMs: 5_000 }
    case 'moved':
      return { status: 'refused', code: 'moved', reason: 'nobody lives there', alarm: false }
    default:
      // A definite no that this code doesn't know: a person should look at it.
      return { status: 'refused', code: 'refused', reason: 'the postbox said no', alarm: true }
  }
}

function doorOf(secret: string): Door {
  return {
    patienceMs: 3_000,
    open({ method, query, body }, now) {
      if (method !== 'POST') throw refuse(400, 'PUSH_HTTP')
      const { timestamp = '', nonce = '', signature = '' } = query
      const right = createHmac('sha256', secret).update(`${timestamp}:${nonce}:${body}`).digest()
      const given = Buffer.from(signature, 'hex')
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw refuse(403, 'PUSH_SIGNATURE')
      const age = Math.abs(now.getTime() / 1000 - Number(timestamp))
      if (!(age <= 300) || !/^\w{8,64}$/.test(nonce)) throw refuse(403, 'PUSH_STALE')
      const inbound = { ...readNote(body), nonce: `${timestamp}:${nonce}` }
      return {
        do: 'hear',
        inbound,
        reply: (text) => ({ status: 200, contentType: 'application/json', body: JSON.stringify({ text }) }),
      }
    },
  }
}

function readNote(body: string): Omit<Inbound, 'nonce'> {
  const note = objectIn(body)
  const { id, from, box, at } = note ?? {}
  if (!note || !isName(id) || !isName(from) || !isName(box)) throw refuse(400, 'PUSH_FIELDS')
  if (typeof at !== 'number' || !(Math.abs(at) < 1e12)) throw refuse(400, 'PUSH_FIELDS')
  const saidAt = new Date(at * 1000)
  return { channel: postboxRules.name, account: box, address: from, dedupeKey: id, saidAt, content: contentOf(note) }
}

function contentOf({ type, text, picture }: Record<string, unknown>): Content {
  // Postgres has no NUL in text.
  if (type === 'text' && typeof text === 'string') {
    return { type, text: text.replaceAll('\u0000', '').toWellFormed() }
  }
  if (type === 'picture' && isName(picture)) return { type: 'image', mediaId: picture, url: null }
  if (type === 'hello') return { type: 'follow', scene: null }
  return { type: 'unsupported', name: isName(type) ? type : 'unknown' }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refuse(status: number, code: string): MashangError {
  return new MashangError('this note is not from the postbox, or not a note', { code, status })
}
