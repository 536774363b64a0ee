import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createChannels, signedHeaders } from '#channels'
import type { Heard } from '#channels'

const secret = 'a secret of these tests'
const now = new Date('2026-11-23T01:00:00Z')
const channelAt = (gatewayUrl: string) => createChannels({ wechaty: { secret, gatewayUrl } }, { clock: () => now })[0]!
const { door } = channelAt('http://127.0.0.1:1')

const heard: Heard = {
  id: 'm1',
  account: 'me',
  from: 'wxid_invented',
  saidAt: '2026-11-23T00:59:58.000Z',
  room: null,
  content: { type: 'text', text: '路灯坏了' },
}
const nonce = 'a-nonce-of-16-or-more'
const knock = (body: string, headers = signedHeaders(secret, 'hear', body, now, nonce)) =>
  door!.open({ method: 'POST', path: '', query: {}, headers, body }, now)

function refusalOf(act: () => unknown): { code: string; status: number } {
  try {
    act()
  } catch (error) {
    return error as { code: string; status: number }
  }
  throw new Error('let in')
}

describe('the door of wechaty', () => {
  it('reads what the gateway heard', () => {
    const opened = knock(JSON.stringify({ ...heard, room: { id: 'r', heard: 'addressed', private: false } }))
    expect(opened).toMatchObject({
      do: 'hear',
      inbound: {
        channel: 'wechaty',
        account: 'me',
        address: 'wxid_invented',
        nonce: `${now.getTime() / 1000}:${nonce}`,
        room: { id: 'r', heard: 'addressed', private: false },
        content: { type: 'text', text: '路灯坏了' },
      },
    })
    if (opened.do !== 'hear') throw new Error('unreachable')
    expect(opened.inbound.dedupeKey).not.toContain('m1')
    expect(JSON.parse(opened.reply('已登记').body)).toEqual({ say: '已登记' })
    expect(JSON.parse(opened.reply(null).body)).toEqual({ say: null })
  })

  it('lets in nothing that was altered, is unsigned, too old, or signed for something else', () => {
    const body = JSON.stringify(heard)
    const good = signedHeaders(secret, 'hear', body, now, nonce)
    const old = new Date(now.getTime() - 301_000)
    for (const [given, headers] of [
      [body.replace('坏', '好'), good],
      [body, {}],
      [body, { ...good, 'x-mashang-nonce': 'another-nonce-of-16' }],
      [body, { ...good, 'x-mashang-timestamp': String(now.getTime() / 1000 + 1) }],
      [body, { ...good, 'x-mashang-signature': 'f'.repeat(64) }],
      [body, signedHeaders('another secret of tests', 'hear', body, now, nonce)],
      [body, signedHeaders(secret, 'say', body, now, nonce)],
    ] as const) {
      expect(refusalOf(() => knock(given, headers))).toMatchObject({ code: 'WECHATY_SIGNATURE', status: 403 })
    }
    expect(refusalOf(() => knock(body, signedHeaders(secret, 'hear', body, old, nonce)))).toMatchObject({
      code: 'WECHATY_STALE',
      status: 403,
    })
  })

  it('answers 4xx to whatever else is signed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constant(JSON.stringify({ ...heard, from: '' }))), (body) => {
        expect(refusalOf(() => knock(body))).toMatchObject({ code: 'WECHATY_BODY', status: 400 })
      }),
    )
    expect(refusalOf(() => door!.open({ method: 'GET', path: '', query: {}, headers: {}, body: '' }, now)).status).toBe(
      404,
    )
  })

  it('takes any words, as the ledger can hold them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const opened = knock(JSON.stringify({ ...heard, content: { type: 'text', text } }))
        expect(opened).toMatchObject({
          inbound: { content: { type: 'text', text: text.replaceAll('\u0000', '').toWellFormed() } },
        })
      }),
    )
  })
})

describe('sending', () => {
  let server: Server | null = null
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    server = null
  })
  async function gateway(listener: RequestListener) {
    server = createServer(listener)
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    return channelAt(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  }
  const send = (channel: ReturnType<typeof channelAt>) =>
    channel.send('wxid_invented', { type: 'text', text: '好' }, 'k')

  it('says what the gateway said', async () => {
    for (const outcome of [
      { status: 'sent', platformId: 'x' },
      { status: 'retry', code: 'PACE', reason: 'r', afterMs: 5 },
      { status: 'refused', code: 'NOT_A_FRIEND', reason: 'r', alarm: false },
      { status: 'unknown', code: 'TIMEOUT', reason: 'r' },
    ]) {
      expect(await send(await gateway((_, response) => response.end(JSON.stringify(outcome))))).toEqual(outcome)
      server!.close()
    }
  })

  it('is retry where nothing was reached, refused where it was turned away, else unknown', async () => {
    const turned = await gateway((_, response) =>
      response.writeHead(403, { connection: 'close' }).end('WECHATY_SIGNATURE'),
    )
    expect(await send(turned)).toMatchObject({ status: 'refused', code: 'WECHATY_SIGNATURE', alarm: true })
    const { port } = server!.address() as { port: number }
    await new Promise((resolve) => server!.close(resolve).closeAllConnections())
    expect(await send(channelAt(`http://127.0.0.1:${port}`))).toMatchObject({ status: 'retry', code: 'ECONNREFUSED' })
    for (const listener of [
      (_, response) => response.writeHead(502).end('<html>'),
      (_, response) => response.end('not JSON'),
      (_, response) => response.end('{"status":"perhaps"}'),
      (request) => request.socket.destroy(),
      (_, response) => {
        response.write('{"status":')
        response.socket!.destroy()
      },
    ] as RequestListener[]) {
      const outcome = await send(await gateway(listener))
      expect(outcome).toMatchObject({ status: 'unknown' })
      expect(JSON.stringify(outcome)).not.toContain('wxid_invented')
      server!.close()
    }
  })
})
