import { createHmac, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#base'
import type { Content, DoorRequest } from '#channels'
import type { Shown } from '../conformance.ts'

/** What it does instead of taking the next note. */
type Mood = { error: string } | { cut: true } | null

/** The simulated postbox: what it is given it keeps in memory. */
export async function startPostbox(secret: string, clock: Clock) {
  const notes: (Shown & { to: string })[] = []
  let mood: Mood = null
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const now = mood
      mood = null
      if (request.headers.authorization !== `Bearer ${secret}`) response.end('{"error":"who"}')
      else if (now && 'error' in now) response.end(JSON.stringify(now))
      else {
        const { to, text, choices } = JSON.parse(body) as { to: string; text: string; choices: string[] }
        notes.push({ to, text, choices })
        if (now) response.destroy()
        else response.end(JSON.stringify({ id: randomUUID() }))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notes,
    misbehave: (next: Mood) => void (mood = next),
    /** Posts a note to us as it would: signed anew each time. */
    post(id: string, from: string, at: Date, note: Record<string, unknown>): DoorRequest {
      const body = JSON.stringify({ id, from, box: 'box-1', at: Math.floor(at.getTime() / 1000), ...note })
      const timestamp = String(Math.floor(clock().getTime() / 1000))
      const nonce = randomUUID().replaceAll('-', '')
      const signature = createHmac('sha256', secret).update(`${timestamp}:${nonce}:${body}`).digest('hex')
      return { method: 'POST', path: '', query: { timestamp, nonce, signature }, headers: {}, body }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A note's members for some content; null for what nobody can put into a postbox. */
export function noteOf(content: Content): Record<string, unknown> | null {
  switch (content.type) {
    case 'text':
      return { type: 'text', text: content.text }
    case 'image':
      return { type: 'picture', picture: content.mediaId }
    case 'follow':
      return { type: 'hello' }
    case 'unsupported':
      return { type: content.name }
    default:
      return null
  }
}
