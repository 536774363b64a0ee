import { afterAll, beforeAll, expect, test } from 'vitest'
import type { City } from '#config'
import { verify } from '#store'
import type { Person } from '#simulators'
import { triage } from '../../cli/lists.ts'
import { startTestHouse, testCity } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, clerk, countCases, first, hour, lamp, nextPush, numberIn, pushes, report, second, settled, shown, tell, timeline } from './scene.ts' // prettier-ignore

let house: TestHouse
let staff: Person
let one: Person
let other: Person

/** Each guess of the doubtful line is one deputy's field, and the reader is never sure enough. */
const doubtful = '晨光佳苑旁边学校门口的路灯坏了'
const fields: Record<string, string[]> = { [first.id]: ['城乡建设'], [second.id]: ['教育文体'] }

beforeAll(async () => {
  const city = testCity()
  const people = city.people.map((person) => ({ ...person, topics: fields[person.id] ?? person.topics }))
  const unsure: City = { ...city, people, askBelow: 1 }
  house = await startTestHouse({ city: unsure })
  staff = await house.bind(clerk)
  one = await house.bind(first.id)
  other = await house.bind(second.id)
})
afterAll(() => house.stop())

const sentLast = (words: string) => house.simulator.accepted.findLast(({ content }) => content.includes(words))!

test('two choices to tap follow the receipt, and a tap brings the case to the right one', async () => {
  const resident = house.resident()
  const receipt = await tell(resident, doubtful)
  const number = numberIn(receipt)
  expect(receipt).toContain('人大办正在安排')
  expect(receipt).not.toContain('更像哪一类')
  expect(await caseOf(house, number)).toMatchObject({ status: 'triage', guesses: ['城乡建设/城市建设和市政管理/城市公共设施', '教育文体'] }) // prettier-ignore
  await nextPush(resident, '这件事更像哪一类？点一下就行')
  const asked = sentLast('更像哪一类')
  expect(asked.choices).toHaveLength(2)
  expect(asked.content).not.toMatch(/^[12] /mu)

  const chosen = await tell(resident, asked.choices[1]!)
  expect(chosen).toContain(`编号 ${number} 已记下：上学、老师、文体。由${second.name}代表`)
  await nextPush(other, '【新诉求】', `编号 ${number}`, doubtful)
  expect(pushes(one).join()).not.toContain(number)
  expect(await caseOf(house, number)).toMatchObject({ status: 'routed', deputy: second.id, topic: '教育文体' })
  expect(await timeline(house, number)).toEqual(['opened', 'routed', 'classified', 'routed'])
})

test('unanswered, it waits in triage, and staff are shown both guesses', async () => {
  const number = numberIn(await tell(house.resident(), doubtful))
  await nextPush(staff, '【待分派】', `编号 ${number}`, '城乡建设·城市公共设施 或 教育文体')
  const listed = await triage(house.ledger.pool, house.city, house.clock(), 50)
  expect(listed.find((each) => each.number === number)?.guesses).toEqual([
    '城乡建设/城市建设和市政管理/城市公共设施',
    '教育文体',
  ])
})

test('several matters of one message become cases of their own, each with its own words, in the ledger too', async () => {
  const resident = house.resident()
  const whole = numberIn(await tell(resident, `${lamp}。另外老板拖欠工资半年了，①学校乱收补课费`))
  await nextPush(resident, '您说了 3 件事，要分开办吗？点一下就行')
  expect(sentLast('要分开办吗').choices).toEqual(['分开办', '一起办'])
  const before = await countCases(house)
  const split = await tell(resident, '分开办')
  const numbers = [...split.matchAll(/编号 (\d[\d-]*\d)：/gu)].map(([, number]) => number!)
  expect(numbers).toHaveLength(3)
  expect(numbers).toContain(whole)
  expect(await countCases(house)).toBe(before + 2)
  const wages = numbers[1]!
  await house.until(async () =>
    shown(one)
      .concat(shown(other), shown(staff))
      .some((text) => text.includes(wages)),
  )
  // The other parts may have come in the same message.
  const told = shown(one)
    .concat(shown(other), shown(staff))
    .flatMap((text) => text.split(/\n\n(?=【)/))
    .filter((text) => text.split('\n')[0]!.includes(wages))
  expect(told.join()).toContain('老板拖欠工资半年了')
  expect(told.join()).not.toContain('路灯坏了')
  expect(await tell(resident, wages)).toContain(`编号 ${wages}`)
  expect(await verify(house.ledger.pool)).toMatchObject({ faults: [] })
  // And whoever is forgotten is forgotten in all of them.
  await resident.unfollow()
  await house.until(async () => (await caseOf(house, wages)).erased, 'the part was not erased')
  expect(await verify(house.ledger.pool)).toMatchObject({ faults: [] })
})

test('an answer that says nothing waits, and goes out as it is when nothing better comes', async () => {
  const resident = house.resident()
  const number = await report(resident, undefined, `d-${first.id}`)
  await nextPush(one, '【新诉求】', `编号 ${number}`)
  const asked = await tell(one, `4 ${number} C 已转有关部门，请耐心等待`)
  expect(asked).toContain(`编号 ${number} 的答复先没有发出`)
  expect(await tell(resident, number)).not.toContain('已转有关部门')
  house.clock.advance(2 * hour + 1000)
  const answer = await nextPush(resident, `编号 ${number} 有答复了`, '说：已转有关部门，请耐心等待')
  expect(answer).not.toMatch(/说：4|说：C/u)
  await nextPush(one, `编号 ${number}：您的答复已原样发给群众`)
  expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted', 'queried', 'answered'])
  expect(await tell(resident, number)).toContain('暂时解决不了')
})

test('照发 sends it within seconds, and a better answer takes its place', async () => {
  const resident = house.resident()
  const number = await report(resident, undefined, `d-${first.id}`)
  await nextPush(one, '【新诉求】', `编号 ${number}`)
  await tell(one, `4 ${number} A 正在研究`)
  expect(await tell(one, `照发 ${number}`)).toContain(`编号 ${number} 的答复马上原样发给群众`)
  await nextPush(resident, `编号 ${number} 有答复了`, '说：正在研究')

  const again = house.resident()
  const better = await report(again, undefined, `d-${first.id}`)
  await nextPush(one, '【新诉求】', `编号 ${better}`)
  await tell(one, `4 ${better} A 正在研究`)
  await tell(one, `4 ${better} A 灯管下午换了`)
  const answer = await nextPush(again, `编号 ${better} 有答复了`, '说：灯管下午换了')
  expect(answer).not.toContain('正在研究')
  house.clock.advance(3 * hour)
  await settled(house)
  expect(pushes(again).filter((text) => text.includes('有答复了'))).toHaveLength(1)
})

test('a question is answered in the city’s words with their source, and by a person when one is asked for', async () => {
  const resident = house.resident()
  const before = await countCases(house)
  const question = '请问医保异地备案在哪里办？'
  const quoted = await tell(resident, question)
  const { answer, source } = house.city.answers[0]!
  expect(quoted).toContain(answer)
  expect(quoted).toContain(`出处：${source}`)
  expect(quoted).toContain('回“找人”')
  expect(await countCases(house)).toBe(before)

  const receipt = await tell(resident, '找人')
  const number = numberIn(receipt)
  expect(await countCases(house)).toBe(before + 1)
  expect(await caseOf(house, number)).toMatchObject({ kind: 'enquiry' })
  await nextPush(staff, '【待分派】', `编号 ${number}`, question)
  // Once: the question is a case now.
  expect(await tell(resident, '找人')).not.toContain('编号')
  expect(await countCases(house)).toBe(before + 1)
  expect(await verify(house.ledger.pool)).toMatchObject({ faults: [] })
})

test('a question that the city has no answer to, or none any more, goes to a person', async () => {
  const before = await countCases(house)
  expect(await tell(house.resident(), '请问残疾证在哪里办？')).toContain('编号')
  house.clock.set(new Date('2028-01-03T01:00:00Z'))
  expect(await tell(house.resident(), '请问医保异地备案在哪里办？')).toContain('编号')
  expect(await countCases(house)).toBe(before + 2)
})
