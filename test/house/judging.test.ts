import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, first, hour, lamp, nextPush, numberIn, report, settled, tell } from './scene.ts'

// Of several answers, the one that a resident judges is the one they name, or one that they were shown.

let house: TestHouse
let deputy: Person
beforeAll(async () => {
  house = await startTestHouse()
  deputy = await house.bind(first.id)
})
afterAll(() => house.stop())

/** Who lets two days pass without it loses the case. */
const accept = async (number: string) =>
  expect(await tell(deputy, `接单 ${number}`)).toContain(`已接单：编号 ${number}`)
const answer = async (number: string) =>
  expect(await tell(deputy, `答复 ${number} A 已修好`)).toContain(`编号 ${number}（已解决）`)

/** Two matters of one resident, both this deputy's. */
async function twoCases(): Promise<{ resident: Person; one: string; other: string }> {
  const resident = house.resident()
  const one = await report(resident, lamp, `d-${first.id}`)
  const other = await report(resident, '晨光佳苑旁边学校乱收补课费', `d-${first.id}`)
  expect(other).not.toBe(one)
  return { resident, one, other }
}

const choicesUnder = (number: string) =>
  house.simulator.accepted.findLast(({ content }) => content.includes(`编号 ${number} 有答复了`))!.choices

test('a bare word judges the answer that was shown, not a newer one that the platform let nobody send', async () => {
  const { resident, one, other } = await twoCases()
  await accept(other)
  await answer(one)
  await nextPush(resident, `编号 ${one} 有答复了`)
  house.clock.advance(49 * hour)
  await answer(other)
  const refused = (await settled(house)).filter(({ code }) => code === 'window-closed')
  expect(refused.map(({ template }) => template)).toContain('resident-answered')

  expect(await tell(resident, '1 1')).toContain(`编号 ${one} 已记下`)
  await nextPush(resident, `编号 ${other} 有答复了`)
  await settled(house)
  expect(await caseOf(house, other)).toMatchObject({ status: 'answered', judgement: null })
  expect(await tell(resident, '不满意')).toContain(`编号 ${other} 已退回重办`)
})

test('the same for who reported for others', async () => {
  const worker = await house.bind('gw-001')
  const one = numberIn(await tell(worker, '代报 铜城壹号门口井盖坏了'))
  const other = numberIn(await tell(worker, '代报 晨光社区暖气不热'))
  await answer(one)
  await nextPush(worker, `编号 ${one} 有答复了`)
  await tell(deputy, `进展 ${other} 已联系单位`)
  await nextPush(worker, `编号 ${other} 有进展`)
  house.clock.advance(49 * hour)
  await answer(other)
  await settled(house)
  expect(await tell(worker, '满意')).toContain(`编号 ${one} 已记下`)
  expect(await caseOf(house, other)).toMatchObject({ status: 'answered', judgement: null })
})

test('an answer that nobody could show is judged all the same when there is no other', async () => {
  const resident = house.resident()
  const number = await report(resident, lamp, `d-${first.id}`)
  await accept(number)
  house.clock.advance(49 * hour)
  await answer(number)
  await settled(house)
  expect(await tell(resident, '满意')).toContain(`编号 ${number} 已记下`)
})

test('a tap judges the answer it stands under, once', async () => {
  const { resident, one, other } = await twoCases()
  for (const number of [one, other]) {
    await answer(number)
    await nextPush(resident, `编号 ${number} 有答复了`)
  }
  await settled(house)
  const under = choicesUnder(one)
  expect(under).toEqual([`满意 ${one}`, `基本满意 ${one}`, `不满意 ${one}`])
  expect(await tell(resident, under[1]!)).toMatch(new RegExp(`态度基本满意，结果基本满意.*编号 ${one} 已记下`))
  expect(await tell(resident, under[0]!)).toContain(`编号 ${one} 已经评价过了`)
  expect(await caseOf(house, one)).toMatchObject({ judgement: { attitude: 2, result: 2 } })
  expect(await caseOf(house, other)).toMatchObject({ status: 'answered', judgement: null })
  // What stood under answers before had no number.
  expect(await tell(resident, '满意')).toContain(`编号 ${other} 已记下`)
})

test.each(['不满意 N', 'N 不满意', '不满意，编号N，还是不亮', '态度满意 结果不满意 N 还是不亮'])(
  '“%s” names the case, and the number is no part of what is said of it',
  async (words) => {
    const { resident, one, other } = await twoCases()
    for (const number of [one, other]) {
      await answer(number)
      await nextPush(resident, `编号 ${number} 有答复了`)
    }
    await settled(house)
    const said = await tell(resident, words.replace('N', one))
    expect(said).toContain(`编号 ${one} 已退回重办`)
    expect(said.includes('哪里不满意')).toBe(!words.includes('还是不亮'))
    expect(await caseOf(house, other)).toMatchObject({ status: 'answered', judgement: null })
  },
)
