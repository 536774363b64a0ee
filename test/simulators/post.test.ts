import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startProxy } from '../../drills/proxy.ts'
import { Poster } from '../../simulators/tencent/index.ts'

test('of many kept connections that carry nothing any more one costs its limit, not each', async () => {
  const webhook = createServer((incoming, response) => {
    incoming.resume().on('end', () => response.end('success'))
  }).listen(0, '127.0.0.1')
  await once(webhook, 'listening')
  const wire = await startProxy(() => ({ host: '127.0.0.1', port: (webhook.address() as AddressInfo).port }))
  const poster = new Poster()
  const url = new URL(`http://127.0.0.1:${wire.port}/`)
  const post = () => poster.post(url, '<xml/>', 300)
  const good = { status: 200, text: 'success' }
  try {
    expect(await Promise.all(Array.from({ length: 8 }, post))).toEqual(Array.from({ length: 8 }, () => good))
    expect(wire.hang()).toBe(8)
    expect(await post()).toBeNull()
    expect(await post()).toEqual(good)
  } finally {
    poster.close()
    await wire.close()
    webhook.close()
  }
})
