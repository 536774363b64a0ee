import { afterEach, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse, TestHouseOptions } from '../support/house.ts'
import { startRedis } from '../support/redis.ts'
import type { TestRedis } from '../support/redis.ts'
import {
  caseOf,
  cityWith,
  clerk,
  day,
  deliveries,
  first,
  nextPush,
  pushes,
  report,
  second,
  settled,
  tell,
  timeline,
} from '../house/scene.ts'

const open: TestHouse[] = []
const servers: TestRedis[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((house) => house.stop()))
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => {})))
})

async function aHouse(
  options: TestHouseOptions = {},
): Promise<{ house: TestHouse; one: Person; two: Person; staff: Person }> {
  const house = await startTestHouse({
    mode: 'plain',
    city: cityWith(first.id, second.id, clerk),
    workers: false,
    ...options,
  })
  open.push(house)
  const staff = await house.bind(clerk)
  return { house, staff, one: await house.bind(first.id), two: await house.bind(second.id) }
}

/** All that waits goes into the queue, where nobody takes it. */
async function fillQueue(house: TestHouse): Promise<void> {
  const { rows } = await house.owner.query<{ id: number; name: 'deliver'; payload: { lane: string } }>(
    'DELETE FROM outbox RETURNING id, name, payload',
  )
  await house.queues.addBulk(rows.map(({ id, name, payload }) => ({ name, id: `o-${id}`, payload })))
}

test('a queue that forgot everything gets its deliveries and deadlines back from the ledger', async () => {
  const { house, one, two } = await aHouse()
  const resident = house.resident()
  const number = await report(resident)
  const other = await report(house.resident(), undefined, `d-${second.id}`)
  await tell(two, `接单 ${other}`)
  await fillQueue(house)
  expect((await house.queues.counts('deliver')).waiting).toBeGreaterThan(0)
  await house.queues.wipe()
  expect((await house.queues.counts('deliver')).waiting).toBe(0)

  house.clock.advance(10_000)
  await house.startWorkers()
  await nextPush(one, '【新诉求】', `编号 ${number}`)
  await settled(house)

  // And a deadline: its job is made, and wiped, before anybody takes it.
  await house.stopWorkers()
  house.clock.advance(1.5 * day)
  await house.queues.addBulk([{ name: 'due', id: 'due-lost-0', payload: { caseId: (await caseOf(house, number)).id } }])
  await house.queues.wipe()
  await house.startWorkers()
  await nextPush(two, '【新诉求】', `编号 ${number}`)
  await settled(house)
  for (const person of [one, two, resident]) expect(new Set(pushes(person)).size).toBe(pushes(person).length)
})

test('a Redis that dies and comes back empty costs nothing but a moment', async () => {
  let redis = await startRedis()
  servers.push(redis)
  const { house, one, two } = await aHouse({ redisUrl: redis.url })
  const resident = house.resident()
  const number = await report(resident)
  await fillQueue(house)
  await house.startWorkers()
  await nextPush(one, `编号 ${number}`)

  await redis.kill()
  // Residents notice nothing: the receipt needs no queue, and neither does the deputy's answer.
  const later = await report(house.resident(), undefined, `d-${first.id}`)
  expect(await tell(one, `4 ${number} A 换好了`)).toContain('已解决')
  house.clock.advance(1.5 * day)
  redis = await startRedis({ port: redis.port })
  servers.push(redis)
  await nextPush(resident, `编号 ${number} 有答复了`)
  await nextPush(one, `编号 ${later}`)
  await house.until(async () => (await caseOf(house, later)).deputy === second.id, 'the deadline was lost', 25_000)
  await nextPush(two, `编号 ${later}`)
  const sent = await settled(house)
  expect(sent.filter(({ status }) => status !== 'sent')).toEqual([])
  expect(house.simulator.accepted).toHaveLength(sent.length)
}, 60_000)

test('a worker that stops in the middle of a send leaves it unknown, and the next message goes', async () => {
  const { house, one } = await aHouse()
  const resident = house.resident()
  const number = await report(resident)
  await house.startWorkers()
  await nextPush(one, `编号 ${number}`)
  await settled(house)
  await tell(one, '1')
  await nextPush(resident, '已接单')

  // The platform takes it and never answers; meanwhile the worker is gone.
  house.simulator.misbehave({ slowMs: 60_000 })
  await tell(one, `进展 ${number} 电工在路上`)
  await nextPush(resident, '电工在路上')
  const sending = (await deliveries(house)).filter(({ status }) => status === 'sending')
  expect(sending.map(({ template }) => template)).toEqual(['resident-progress'])
  // As after kill -9: nobody writes down what became of it.
  const { rows } = await house.owner.query(`UPDATE delivery SET lease = NULL WHERE status = 'sending' RETURNING id`)
  await house.stopWorkers(0)
  house.simulator.behave()
  expect(await tell(one, `4 ${number} A 换好了`)).toContain('已解决')
  await house.owner.query('UPDATE delivery SET lease_until = now() WHERE id = $1', [rows[0].id])
  await house.startWorkers()
  await nextPush(resident, '有答复了')
  const sent = await settled(house)
  expect(sent.find(({ template }) => template === 'resident-progress')).toMatchObject({
    status: 'unknown',
    code: 'lost',
    attempts: 1,
  })
  expect(pushes(resident).filter((text) => text.includes('电工在路上'))).toHaveLength(1)
  expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted', 'progressed', 'answered'])
})
