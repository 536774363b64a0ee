import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { verify } from '#store'
import { caseOf, deliveries, lamp, nextPush, numberIn, settled, tell, timeline } from '../house/scene.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { visitor } from '../web-chat/visitor.ts'
import { erased, everythingIn } from './erased.ts'

// One resident with two accounts: a case from the web chat, of which they say more from their phone, and then leave there.

let house: TestHouse
let deputy: Person
let phone: Person
let number: string
let page: ReturnType<typeof visitor>

beforeAll(async () => {
  house = await startTestHouse()
  page = visitor(house)
  await page.begin()
  number = numberIn(await page.tell(`${lamp}，我在网页上说的`))
  deputy = await house.bind((await caseOf(house, number)).deputy!)
  const { code } = (await (await page.post('/chat/pickup', {})).json()) as { code: string }
  phone = house.resident()
  await tell(phone, `接续 ${code}`)
  await tell(phone, `${number} 我叫刘长河，电话13912345678，灯杆也歪了`)
  await nextPush(deputy, '【补充】', '13912345678')
  await settled(house)
  await phone.unfollow()
  await erased(house)
  await settled(house)
})
afterAll(() => house.stop())

test('what they said there is cut down to the matter, wherever it stands', async () => {
  const left = await everythingIn(house)
  expect(left).not.toContain('刘长河')
  expect(left).not.toContain('13912345678')
  expect(left).not.toContain(phone.openid)
  expect(left).toContain('灯杆也歪了')
  expect(left).toContain('我在网页上说的')
  expect((await verify(house.ledger.pool)).faults).toEqual([])
})

test('the case keeps its resident, who is told of it where they still are', async () => {
  expect(await timeline(house, number)).toContain('erased')
  const kept = await caseOf(house, number)
  expect(kept.erased).toBeUndefined()
  expect(kept.anonymous).toBe(false)
  await tell(deputy, `接单 ${number}`)
  const told = (await settled(house)).filter(({ template }) => template === 'resident-accepted')
  expect(told).toMatchObject([{ status: 'sent' }])
  expect(await page.tell('进度')).toContain(`编号 ${number}`)
  expect((await deliveries(house)).filter(({ text }) => text.includes('13912345678'))).toEqual([])
})
