import { randomInt, randomUUID } from 'node:crypto'
import { addressOf, createChannels, newSecret } from '#channels'
import type { Channel, DoorRequest } from '#channels'
import type { Adapter, Shown } from '../conformance.ts'

const nobody = 'sending asks nobody: the page reads the ledger'

/** Our own page has no platform: what `send` was given is what the page may read from then on. */
export const webAdapter: Adapter = async (clock) => {
  const secrets: string[] = []
  const people = new Map<string, { secret: string; ip: string }>()
  const told = new Map<string, Shown[]>()
  const [inner] = createChannels({ webChat: { secure: false } }, { clock })
  const channel: Channel = {
    ...inner!,
    async send(address, message, key) {
      told.set(address, [...(told.get(address) ?? []), { text: message.text, choices: [] }])
      return inner!.send(address, message, key)
    },
  }

  function post(address: string, body: object, over: Record<string, string | undefined> = {}): DoorRequest {
    const { secret, ip } = people.get(address)!
    const headers: Record<string, string | undefined> = {
      'x-mashang': '1',
      'content-type': 'application/json',
      // As our proxy would have it: everybody comes from somewhere else.
      'x-forwarded-for': ip,
      cookie: `mashang=${secret}`,
      ...over,
    }
    return { method: 'POST', path: '', query: {}, headers, body: JSON.stringify(body) }
  }

  return {
    channel,
    newId: () => randomUUID(),
    newAddress() {
      const secret = newSecret()
      secrets.push(secret)
      people.set(addressOf(secret), { secret, ip: `203.0.113.${randomInt(1, 255)}` })
      return addressOf(secret)
    },
    request({ id, address, content, at }) {
      const age = Math.max(0, clock().getTime() - at.getTime())
      if (content.type === 'text') return post(address, { id, text: content.text, age })
      return content.type === 'scan' ? post(address, { id, scene: content.scene, age }) : null
    },
    forged({ id, address }) {
      const body = { id, text: '伪造' }
      return [
        post(address, body, { cookie: undefined }),
        post(address, body, { cookie: `mashang=${'x'.repeat(42)}` }),
        post(address, body, { cookie: `__Host-mashang=${people.get(address)!.secret}` }),
        post(address, body, { authorization: 'Bearer x' }),
        post(address, body, { 'x-mashang': undefined }),
        post(address, body, { 'content-type': 'text/plain' }),
        { ...post(address, body), method: 'GET', body: '' },
      ]
    },
    replied: ({ body }) => (JSON.parse(body) as { answer: string | null }).answer,
    delivered: (address) => told.get(address) ?? [],
    secrets,
    mishaps: [{ name: 'nothing', cause: () => {}, outcome: 'sent' }],
    impossible: { retry: nobody, refused: nobody, unknown: nobody },
    remote: null,
    close: async () => {},
  }
}
