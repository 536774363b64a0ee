import { Redis } from 'ioredis'
import { expect, test } from 'vitest'

import { startRedis } from './redis.ts'

test('a private Redis answers, freezes, thaws, and comes back empty on its port', async () => {
  const server = await startRedis()
  const client = new Redis(server.url, { commandTimeout: 500, retryStrategy: () => 50 })
  client.on('error', () => {})
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  expect(await client.config('GET', 'save')).toEqual(['save', ''])
  await client.set('kept', 'no')

  await server.freeze()
  await expect(client.get('kept')).rejects.toThrow('timed out')
  await server.thaw()
  expect(await client.get('kept')).toBe('no')

  await server.kill()
  const next = await startRedis({ port: server.port, maxmemoryPolicy: 'allkeys-lru' })
  expect(next.pid).not.toBe(server.pid)
  await expect.poll(() => client.get('kept').catch(() => 'unreachable')).toBeNull()
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru'])
  client.disconnect()
  await next.stop()
})
