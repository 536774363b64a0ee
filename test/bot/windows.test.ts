import { afterAll, beforeAll, expect, test } from 'vitest'

import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await startTestHouse()
})
afterAll(() => house.stop())

const hour = 3_600_000

test('what the platform’s quota holds back goes out, once and in order, when the resident writes again', async () => {
  const resident = house.resident()
  await resident.scan('d-bd-001')
  const receipt = await resident.say('人民路的路灯坏了两周没人修')
  expect(receipt.text).toContain('祁若澜代表')
  const deputy = await house.bind('bd-001')
  const custom = () => resident.phone.filter(({ via }) => via === 'custom').map(({ text }) => text)
  const deliveries = async (status: string) => {
    const { rows } = await house.owner.query<{ text: string; code: string | null }>(
      `SELECT d.text, d.code FROM delivery d JOIN "case" c ON c.contact_id = d.contact_id WHERE d.status = $1 ORDER BY d.seq`,
      [status],
    )
    return rows
  }

  // Three by the scan, in its minute; five by the message, in two days. All are counted before the platform says so.
  house.clock.advance(2 * 60_000)
  await deputy.say('接单')
  for (let n = 1; n <= 6; n++) await deputy.say(`进展 第${n}步`)
  await house.until(async () => (await deliveries('refused')).length === 2, 'two were to be held back')
  expect(await deliveries('refused')).toEqual([
    { text: expect.stringContaining('第5步'), code: 'window-closed' },
    { text: expect.stringContaining('第6步'), code: 'window-closed' },
  ])
  expect(custom()).toHaveLength(5)

  await resident.say('谢谢')
  await house.until(() => custom().length === 7, 'what was held back did not go out')
  expect(
    custom()
      .slice(1)
      .map((text) => /第\d步/.exec(text)?.[0]),
  ).toEqual(['第1步', '第2步', '第3步', '第4步', '第5步', '第6步'])
  expect(await deliveries('refused')).toEqual([])

  // Two days later the window is shut by time, and a scan opens one of three.
  house.clock.advance(49 * hour)
  await deputy.say('进展 第7步')
  await house.until(async () => (await deliveries('refused')).length === 1, 'the window was to be shut')
  await resident.scan('d-bd-001')
  await house.until(() => custom().length === 8, 'the scan was to open a window')
  expect(custom().at(-1)).toContain('第7步')
})

test('who left is sent nothing; nothing is counted against them', async () => {
  const resident = house.resident()
  await resident.scan('d-bd-004')
  await resident.say('晨光社区的井盖坏了')
  const deputy = await house.bind('bd-004')
  await resident.unfollow()
  const accepted = house.simulator.accepted.length
  await deputy.say('接单')
  const open = async () => {
    const { rows } = await house.owner.query<{ left: number }>(
      `SELECT ((SELECT count(*) FROM outbox) + (SELECT count(*) FROM erasure WHERE done_at IS NULL)
         + (SELECT count(*) FROM delivery WHERE status IN ('ready', 'sending')))::int AS left`,
    )
    return rows[0]!.left
  }
  await house.until(async () => (await open()) === 0, 'all was to be settled')
  expect(house.simulator.accepted.slice(accepted).filter(({ openid }) => openid === resident.openid)).toEqual([])
})
