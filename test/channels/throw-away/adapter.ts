import { randomBytes } from 'node:crypto'
import type { Adapter } from '../conformance.ts'
import { createPostbox } from './channel.ts'
import { noteOf, startPostbox } from './platform.ts'

export const postboxAdapter: Adapter = async (clock) => {
  const secret = randomBytes(24).toString('hex')
  const platform = await startPostbox(secret, clock)
  return {
    channel: createPostbox({ secret, url: platform.url }, { clock }),
    request({ id, address, content, at }) {
      const note = noteOf(content)
      return note && platform.post(id, address, at, note)
    },
    forged(said) {
      const genuine = platform.post(said.id, said.address, said.at, { type: 'text', text: '伪造' })
      const { query, body } = genuine
      const without = (name: string) => Object.fromEntries(Object.entries(query).filter(([each]) => each !== name))
      return [
        { ...genuine, body: body.replace('伪造', '改过') },
        { ...genuine, query: { ...query, signature: '0'.repeat(64) } },
        { ...genuine, query: { ...query, timestamp: String(Number(query['timestamp']) - 600) } },
        ...Object.keys(query).map((name) => ({ ...genuine, query: without(name) })),
        { ...genuine, method: 'GET', body: '' },
      ]
    },
    replied: ({ body }) => (JSON.parse(body) as { text: string | null }).text,
    delivered: (address) => platform.notes.filter(({ to }) => to === address),
    secrets: [secret],
    mishaps: [
      { name: 'nothing', cause: () => {}, outcome: 'sent' },
      { name: 'busy', cause: () => platform.misbehave({ error: 'busy' }), outcome: 'retry', code: 'busy' },
      { name: 'moved', cause: () => platform.misbehave({ error: 'moved' }), outcome: 'refused', code: 'moved' },
      { name: 'a code nobody knows', cause: () => platform.misbehave({ error: 'tea' }), outcome: 'refused' },
      { name: 'cut after it was taken', cause: () => platform.misbehave({ cut: true }), outcome: 'unknown' },
    ],
    remote: { url: platform.url, channelAt: (url, timeoutMs) => createPostbox({ secret, url, timeoutMs }, { clock }) },
    close: () => platform.close(),
  }
}
