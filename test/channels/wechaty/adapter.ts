import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createChannels, signedHeaders } from '#channels'
import type { DoorRequest, Heard } from '#channels'
import { raiseGateway, secret } from '../../wechaty/stage.ts'
import type { Stage } from '../../wechaty/stage.ts'
import type { Adapter, Said } from '../conformance.ts'

/** The gateway process, real but for its house, over wechaty's mock puppet. */
export const wechatyAdapter: Adapter = async (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-wechaty-'))
  const said: Stage['said'] = []
  const { mocker, puppet, gateway, library, gatewayUrl } = await raiseGateway({
    // Nothing is heard here: the suite knocks for itself.
    botUrl: 'http://127.0.0.1:9',
    folder,
    log: pino({ level: 'silent' }),
    said,
    clock,
  })
  const at = (url: string, timeoutMs = 18_000) =>
    createChannels({ wechaty: { secret, gatewayUrl: url, timeoutMs } }, { clock })[0]!
  const known = new Set<string>()
  const once = <T, Name extends keyof T>(object: T, name: Name, instead: T[Name]) => {
    const own = object[name]
    object[name] = ((...args: unknown[]) => {
      object[name] = own
      return (instead as (...args: unknown[]) => unknown)(...args)
    }) as T[Name]
  }

  const ask = (heard: object, nonce: string = randomUUID(), now = clock()): DoorRequest => {
    const body = JSON.stringify(heard)
    return { method: 'POST', path: '', query: {}, headers: signedHeaders(secret, 'hear', body, now, nonce), body }
  }
  const heardOf = ({ id, address, content, at: when }: Said): Heard | null => {
    const base = { id, account: 'me', from: address, saidAt: when.toISOString(), room: null }
    switch (content.type) {
      case 'image':
        return { ...base, content: { ...content, url: null } }
      case 'voice':
        return { ...base, content: { ...content, recognition: null } }
      case 'video':
        return { ...base, content: { ...content, thumbMediaId: null } }
      case 'text':
      case 'location':
      case 'link':
      case 'unsupported':
        return { ...base, content }
      default:
        return null
    }
  }

  return {
    channel: at(gatewayUrl),
    request(message) {
      if (!known.has(message.address)) mocker.createContact({ name: '居民', id: message.address })
      known.add(message.address)
      const heard = heardOf(message)
      return heard && ask(heard)
    },
    forged(message) {
      const heard = heardOf(message)!
      const genuine = ask(heard)
      const without = (name: string) =>
        Object.fromEntries(Object.entries(genuine.headers).filter(([each]) => each !== name))
      return [
        { ...genuine, body: genuine.body.replace('"me"', '"you"') },
        { ...genuine, headers: { ...genuine.headers, 'x-mashang-signature': '0'.repeat(64) } },
        ...Object.keys(genuine.headers)
          .filter((name) => name.startsWith('x-'))
          .map((name) => ({ ...genuine, headers: without(name) })),
        ask(heard, randomUUID(), new Date(clock().getTime() - 600_000)),
        { ...genuine, headers: signedHeaders('another secret of tests', 'hear', genuine.body, clock(), randomUUID()) },
        ask({ ...heard, from: '' }),
        { ...genuine, method: 'GET', body: '' },
        { ...genuine, path: '/elsewhere' },
      ]
    },
    replied: ({ body }) => (JSON.parse(body) as { say: string | null }).say,
    delivered: (address) => said.filter(({ chat }) => chat === address).map(({ text }) => ({ text, choices: [] })),
    secrets: [secret],
    mishaps: [
      { name: 'nothing', cause: () => {}, outcome: 'sent' },
      {
        name: 'somebody we don’t know',
        cause: () => {},
        outcome: 'refused',
        code: 'NO_CONTACT',
        address: 'wxid_nobody',
      },
      {
        name: 'the contact can’t be looked up',
        cause: () => once(library.wechaty.Contact, 'find', () => Promise.reject(new Error('gone'))),
        outcome: 'retry',
      },
      {
        name: 'the library fails after it was said',
        cause: () => {
          const { messageSendText } = puppet
          once(puppet, 'messageSendText', async (chat: string, text: string) => {
            await messageSendText.call(puppet, chat, text)
            throw new Error('lost')
          })
        },
        outcome: 'unknown',
      },
    ],
    remote: { url: gatewayUrl, channelAt: at },
    newAddress: () => `wxid_${randomBytes(8).toString('hex')}`,
    newId: () => randomUUID(),
    async close() {
      await gateway.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
