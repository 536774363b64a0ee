import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, numberIn, tell } from './scene.ts'

let house: TestHouse
beforeAll(async () => {
  house = await startTestHouse({ workers: false })
})
afterAll(() => house.stop())

const [latitude, longitude] = [36.535, 104.165]

test('a location that answers “where” gives the case its place, and with it its deputy', async () => {
  const resident = house.resident()
  const receipt = await tell(resident, '路灯坏了两周没人修')
  expect(receipt).toContain('在哪个地方')
  const number = numberIn(receipt)
  expect(await caseOf(house, number)).toMatchObject({ place: null, deputy: null })
  const { text } = await resident.sendLocation(latitude, longitude, '某路与某街交叉口')
  expect(text).toContain(number)
  const after = await caseOf(house, number)
  expect(after.place).toBe('c-001')
  expect(after.deputy).not.toBeNull()
  const { rows } = await house.owner.query('SELECT place_text FROM "case" WHERE number = $1', [number])
  expect(rows[0].place_text).toBe('某路与某街交叉口')
})

test('one that comes first opens a case with its place, and the words after it join', async () => {
  const resident = house.resident()
  const { text } = await resident.sendLocation(latitude, longitude, '')
  const number = numberIn(text!)
  expect(text).toContain('晨光社区')
  expect(await caseOf(house, number)).toMatchObject({ place: 'c-001' })
  expect(await tell(resident, '这里的井盖没了')).toContain(number)
  expect((await caseOf(house, number)).words).toHaveLength(2)
})

test('outside all grids its address counts; without either the case is open all the same', async () => {
  const named = house.resident()
  const { text } = await named.sendLocation(39.9, 116.4, '白银区人民路街道虹桥社区')
  expect(await caseOf(house, numberIn(text!))).toMatchObject({ place: 'c-003' })
  const nowhere = house.resident()
  const { text: other } = await nowhere.sendLocation(39.9, 116.4, '')
  expect(await caseOf(house, numberIn(other!))).toMatchObject({ place: null, status: 'triage' })
})

test('a place that is known already is not moved by a location', async () => {
  const resident = house.resident()
  const number = numberIn(await tell(resident, '向阳社区的路灯坏了两周没人修'))
  await resident.sendLocation(latitude, longitude, '')
  expect(await caseOf(house, number)).toMatchObject({ place: 'c-004' })
})
