import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Misbehaviour, Person } from '#simulators'
import { waitingLanes } from '#store'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { day, deliveries, first, nextPush, pushes, report, settled, tell } from '../house/scene.ts'
import type { Sent } from '../house/scene.ts'

let house: TestHouse
let one: Person
let resident: Person
let number: string

beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain' })
  one = await house.bind(first.id)
  resident = house.resident()
  number = await report(resident)
  await nextPush(one, '【新诉求】')
  await settled(house)
})
afterEach(() => house.stop())

/** Two things to tell the resident while the platform misbehaves. */
async function speak(wrong: Misbehaviour): Promise<void> {
  house.simulator.misbehave(wrong)
  expect(await tell(one, '3 电工在路上')).toContain('进展已告诉群众')
}

/** What the resident is told: accepted, then progress, in this order. */
async function told(): Promise<Sent[]> {
  return (await settled(house)).filter(({ person }) => person === null)
}

/** Nothing that the platform accepted was ever sent again. */
function nothingTwice(): void {
  const keys = house.simulator.accepted.map(({ openid, content }) => `${openid} ${content}`)
  expect(keys.length).toBeGreaterThan(0)
  expect(new Set(keys).size).toBe(keys.length)
}

async function laneOfResident(): Promise<string> {
  const { rows } = await house.owner.query<{ lane: string }>(
    'SELECT lane FROM delivery WHERE person_id IS NULL LIMIT 1',
  )
  return rows[0]!.lane
}

/** Once the first of them was tried and put off. */
async function putOff(code: string): Promise<void> {
  await house.until(async () => {
    const waiting = (await deliveries(house)).filter(({ person }) => person === null)
    return waiting[0]?.status === 'ready' && waiting[0].attempts >= 1 && waiting[0].code === code
  }, `not put off by ${code}`)
}

test('slow, but in time: sent once', async () => {
  await speak({ slowMs: 1_500 })
  await nextPush(resident, '电工在路上')
  expect((await told()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['sent', 1],
    ['sent', 1],
  ])
  nothingTwice()
})

test('slower than we wait: unknown, never repeated, and the next one goes', async () => {
  await speak({ slowMs: 7_000, times: 1 })
  await nextPush(resident, '电工在路上')
  expect((await told()).map(({ status, code, attempts }) => [status, code, attempts])).toEqual([
    ['unknown', 'TIMEOUT', 1],
    ['sent', null, 1],
  ])
  nothingTwice()
})

test('busy (-1): tried again, in order', async () => {
  await speak({ errcode: -1, times: 1 })
  await putOff('-1')
  house.clock.advance(10_000)
  await nextPush(resident, '已接单')
  await nextPush(resident, '电工在路上')
  expect((await told()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['sent', 2],
    ['sent', 1],
  ])
  nothingTwice()
})

test('the day’s limit (45009): nothing more until midnight in Shanghai, then all of it in order', async () => {
  await speak({ errcode: 45009, times: 1 })
  await putOff('45009')
  house.clock.set(new Date('2026-11-23T23:59:00+08:00'))
  const before = house.simulator.accepted.length
  // The platform would take it by now, but we don't ask: a job that looks goes back to sleep.
  const lane = await laneOfResident()
  const { delayed } = await house.queues.counts('deliver')
  await house.queues.addBulk([{ name: 'deliver', id: 'look-0', payload: { lane } }])
  await house.until(async () => (await house.queues.counts('deliver')).delayed > delayed, 'it does not sleep')
  // Nor does every sweep make one job more for it, though there is a younger message behind the one put off.
  expect((await waitingLanes(house.ledger.pool, house.clock(), 5_000, { after: '', most: 10 })).waiting).toEqual([])
  expect(house.simulator.accepted).toHaveLength(before)
  house.clock.set(new Date('2026-11-24T00:00:10+08:00'))
  await nextPush(resident, '已接单')
  await nextPush(resident, '电工在路上')
  nothingTwice()
})

test.each([
  [45015, 'out of time'],
  [45047, 'out of count'],
])('%i (%s): refused, kept, and sent when the resident is heard from again', async (errcode) => {
  await speak({ errcode })
  // What comes behind it is not even tried: it might pass while the resident writes, and stand before the first.
  expect((await told()).map(({ status, code }) => [status, code])).toEqual([
    ['refused', String(errcode)],
    ['refused', 'window-closed'],
  ])
  house.simulator.behave()
  await tell(resident, '进度')
  await nextPush(resident, '已接单')
  await nextPush(resident, '电工在路上')
  expect((await told()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['sent', 2],
    ['sent', 1],
  ])
  nothingTwice()
})

test('our own count says no before the platform must', async () => {
  for (const word of ['一', '二', '三', '四', '五', '六', '七', '八', '九'])
    await tell(one, `进展 ${number} 第${word}步`)
  const sent = await told()
  expect(sent.filter(({ status }) => status === 'sent')).toHaveLength(5 + 3)
  expect(sent.every(({ code }) => code === null || code === 'window-closed')).toBe(true)
  expect(sent.some(({ code }) => code === '45047')).toBe(false)
})

test.each([40001, 42001])('a token refused with %i once: renewed, sent in the same try', async (errcode) => {
  await speak({ errcode, times: 1 })
  await nextPush(resident, '电工在路上')
  expect((await told()).map(({ status, attempts }) => [status, attempts])).toEqual([
    ['sent', 1],
    ['sent', 1],
  ])
  nothingTwice()
})

test('expired tokens, also after days of silence: renewed', async () => {
  await speak({ expireTokens: true })
  await nextPush(resident, '电工在路上')
  house.clock.advance(day)
  await tell(one, `进展 ${number} 明天装灯`)
  await nextPush(resident, '明天装灯')
  nothingTwice()
})

test('a token refused again and again: put off, not given up, and sent at last', async () => {
  await speak({ errcode: 40001, times: 2 })
  await putOff('40001')
  house.clock.advance(70_000)
  await nextPush(resident, '已接单')
  await nextPush(resident, '电工在路上')
  nothingTwice()
})

test.each([
  ['a gateway’s 502', { http502: true, times: 1 } as const, 'HTTP_502', 0],
  ['a connection cut after it was accepted', { dropAfterAccept: true, times: 1 } as const, undefined, 1],
])('%s: unknown, never repeated, and the next one goes', async (_what, wrong, code, arrived) => {
  await speak(wrong)
  await nextPush(resident, '电工在路上')
  const [accepted, progress] = await told()
  expect(accepted).toMatchObject({ status: 'unknown', attempts: 1, ...(code === undefined ? {} : { code }) })
  expect(progress).toMatchObject({ status: 'sent', attempts: 1 })
  expect(pushes(resident).filter((text) => text.includes('已接单'))).toHaveLength(arrived)
  nothingTwice()
})

test('a platform that is not there at all: nothing was sent, so it is tried again', async () => {
  const tokens = { errcode: -1, path: '/cgi-bin/stable_token' } as const
  house.clock.advance(3 * 3_600_000)
  await speak(tokens)
  await putOff('-1')
  house.simulator.behave()
  house.clock.advance(10_000)
  await nextPush(resident, '已接单')
  await nextPush(resident, '电工在路上')
  nothingTwice()
})

test('a resident who left is not written to, and comes back as somebody new', async () => {
  await resident.unfollow()
  const before = house.simulator.accepted.filter(({ openid }) => openid === resident.openid).length
  await speak({})
  await settled(house)
  await resident.follow()
  expect(await tell(resident, '进度')).toContain('还没有')
  await settled(house)
  expect(house.simulator.accepted.filter(({ openid }) => openid === resident.openid)).toHaveLength(before)
})
