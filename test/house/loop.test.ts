import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { startRedis } from '../support/redis.ts'
import { wholeLoop } from './loop.ts'

const houses: TestHouse[] = []
afterAll(() => Promise.all(houses.map((house) => house.stop())))

async function aHouse(options: Parameters<typeof startTestHouse>[0] = {}): Promise<TestHouse> {
  const house = await startTestHouse(options)
  houses.push(house)
  return house
}

test('from a code on a wall to a kept promise, with the queue on Postgres', async () => {
  await wholeLoop(await aHouse())
})

test('the same with the queue on Redis', async () => {
  const redis = await startRedis()
  const house = await aHouse({ redisUrl: redis.url, mode: 'plain' })
  await wholeLoop(house)
  const client = new Redis(redis.url)
  expect(await client.keys('mashang:deliver:*')).not.toEqual([])
  client.disconnect()
  await house.stop()
  houses.splice(houses.indexOf(house), 1)
  await redis.stop()
})
