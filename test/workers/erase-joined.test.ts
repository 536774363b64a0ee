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
  await tell(deputy, `进展 ${number} 请打 0739-5551234 找施工队`)
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

test('what the other account was told of the case stays as it was', async () => {
  const told = (await settled(house)).filter(({ template }) => template === 'resident-progress')
  expect(told).toMatchObject([{ text: expect.stringContaining('0739-5551234') }])
})

test('the case keeps its resident, who is told of it where they still are', async () => {
  expect(await timeline(house, number)).toContain('erased')
  const kept = await caseOf(house, number)
  expect(kept.erased).toBeUndefined()
  expect(kept.anonymous).toBe(false)
  await tell(deputy, `答复 ${number} A 已修好`)
  const told = (await settled(house)).filter(({ template }) => template === 'resident-answered')
  expect(told).toMatchObject([{ status: 'sent' }])
  expect(await page.tell('进度')).toContain(`编号 ${number}`)
  expect((await deliveries(house)).filter(({ text }) => text.includes('13912345678'))).toEqual([])
})
