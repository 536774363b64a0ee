import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { until } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

/** One thing as the page gets it. */
export interface Shown {
  id: string
  way: 'said' | 'told'
  at: number
  type: string | null
  text: string | null
  answer: string | null
}

export interface Session {
  greeting: string
  known: boolean
  pickup: boolean
  secret?: string
}

/** A stream that stays open, and what has come of it. */
export interface Stream {
  response: IncomingMessage
  /** All of it, in the order it came. */
  spoken: Shown[]
  lastId: string | null
  raw: string
  ended: boolean
  close(): void
}

/** What the page does, without the page: real HTTP with a cookie, or with a secret as in a frame. */
export function visitor({ bot }: Pick<TestHouse, 'bot'>, more: Record<string, string> = {}) {
  const origin = `http://127.0.0.1:${bot.port}`
  const ours: Record<string, string> = { 'x-mashang': '1', ...more }

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(origin + path, {
      method: 'POST',
      headers: { ...ours, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })

  return {
    origin,
    headers: ours,
    post,
    async begin(body: object = { keep: 'cookie' }): Promise<Session> {
      const response = await post('/chat/session', body)
      const session = (await response.json()) as Session
      const cookie = response.headers.get('set-cookie')?.split(';')[0]
      if (cookie) ours['cookie'] = cookie
      if (session.secret) ours['authorization'] = `Bearer ${session.secret}`
      return session
    },
    async say(text: string, id: string = randomUUID()) {
      const response = await post('/channels/web', { id, text })
      return { status: response.status, response, body: await response.text(), id }
    },
    async tell(text: string): Promise<string> {
      const { status, body } = await this.say(text)
      if (status !== 200) throw new Error(`answered ${status}: ${body}`)
      return (JSON.parse(body) as { answer: string }).answer
    },
    async listen(lastId: string | null = null): Promise<Stream> {
      const headers = { ...ours, ...(lastId === null ? {} : { 'last-event-id': lastId }) }
      const asking = request(`${origin}/chat/events`, { headers, agent: false }).end()
      asking.on('error', () => {})
      const [response] = (await once(asking, 'response')) as [IncomingMessage]
      const stream: Stream = {
        response,
        spoken: [],
        lastId: null,
        raw: '',
        ended: false,
        close: () => asking.destroy(),
      }
      response.setEncoding('utf8')
      let rest = ''
      response.on('data', (chunk: string) => {
        stream.raw += chunk
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop()!
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1]
          if (data === undefined) continue
          stream.spoken.push(...(JSON.parse(data) as Shown[]))
          stream.lastId = /^id: (.*)$/m.exec(block)![1]!
        }
      })
      response.on('error', () => {})
      response.on('close', () => (stream.ended = true))
      return stream
    },
  }
}

/** Until something of this kind was shown. */
export function shown(stream: Stream, what: (spoken: Shown) => boolean, why: string): Promise<Shown> {
  return until(() => stream.spoken.find(what), why)
}
