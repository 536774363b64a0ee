import * as fc from 'fast-check'
import { caseNumber } from '#cases'
import { readDeputyWord } from '../../bot/dialogue/deputy-words.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestHouse, testCity } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import {
  caseOf,
  cityWith,
  first,
  nextPush,
  numberIn,
  pushes,
  report,
  second,
  settled,
  tell,
  timeline,
} from './scene.ts'
import type { Person } from '#simulators'

let house: TestHouse
let one: Person
let other: Person

beforeAll(async () => {
  house = await startTestHouse({ mode: 'plain' })
  one = await house.bind(first.id)
  other = await house.bind(second.id)
})
afterAll(() => house.stop())

/** A new case in the first deputy's hands, pushed to them just now. */
async function newCase(): Promise<{ resident: Person; number: string }> {
  const resident = house.resident()
  // By the deputy's own code, so that it is theirs however much they hold.
  const number = await report(resident, undefined, `d-${first.id}`)
  await nextPush(one, '【新诉求】', `编号 ${number}`)
  // The platform's answer comes after what it shows: nobody else replies between the two.
  await settled(house)
  return { resident, number }
}

test.each(['1', '接单', '１', '1。', 'N 接单', '接单 N', '编号 N 接单', '1 N'])('accepts by “%s”', async (words) => {
  const { resident, number } = await newCase()
  expect(await tell(one, words.replace('N', number))).toContain(`已接单：编号 ${number}`)
  await nextPush(resident, `编号 ${number}：靳小川代表已接单`)
  expect(await tell(one, `接单 ${number}`)).toContain('已经接单')
})

test.each(['2 不归我们社区管', '退回 不归我们社区管', '退回 N 不归我们社区管', 'N 退回 不归我们社区管'])(
  'declines by “%s”, and the next deputy of the station gets it',
  async (words) => {
    const { resident, number } = await newCase()
    expect(await tell(one, words.replace('N', number))).toContain(`已退回：编号 ${number}`)
    await nextPush(resident, `编号 ${number}：换由阮秋实代表`, '期限不变')
    await nextPush(other, '【新诉求】', `编号 ${number}`, '路灯坏了')
    expect(await caseOf(house, number)).toMatchObject({ deputy: second.id, passedBy: [first.id] })
    expect(await tell(one, `接单 ${number}`)).toContain(`编号 ${number} 不在您手里`)
    expect(pushes(resident).join()).not.toContain('不归我们社区管')
  },
)

test('declining takes a reason', async () => {
  const { number } = await newCase()
  expect(await tell(one, '2')).toContain('请写上退回的原因')
  expect(await caseOf(house, number)).toMatchObject({ status: 'routed', deputy: first.id })
})

test.each(['3 电工明天到', '进展 电工明天到', '进展 N 电工明天到', 'N 进展：电工明天到'])(
  'reports progress by “%s”, which accepts as well',
  async (words) => {
    const { resident, number } = await newCase()
    expect(await tell(one, words.replace('N', number))).toContain(`进展已告诉群众：编号 ${number}`)
    await nextPush(resident, '已接单')
    expect(await nextPush(resident, `编号 ${number} 有进展`)).toMatch(/靳小川代表说：电工明天到$/)
    expect(await timeline(house, number)).toEqual(['opened', 'routed', 'accepted', 'progressed'])
  },
)

test.each([
  ['4 A 换好了', 'A', '已解决'],
  ['答复 N A类 换好了', 'A', '已解决'],
  ['N 答复 C 产权不清，换好了再说', 'C', '暂时解决不了'],
  ['答复 d 换好了供参考', 'D', '留作参考'],
])('answers by “%s”', async (words, outcome, label) => {
  const { resident, number } = await newCase()
  expect(await tell(one, words.replace('N', number))).toContain(`编号 ${number}（${label}）`)
  const answer = await nextPush(resident, `编号 ${number} 有答复了（${label}）`, '换好了', '请您评价')
  expect(answer).not.toMatch(/说：(?:4|答复|[A-D])/i)
  expect(await caseOf(house, number)).toMatchObject({ status: 'answered', answer: { outcome } })
})

test('an answer without a letter, and a B without a date or with one gone by, are sent back with a hint', async () => {
  const { number } = await newCase()
  expect(await tell(one, `答复 ${number} 换好了`)).toContain('请注明结果：A 已解决')
  expect(await tell(one, `答复 ${number} A`)).toContain('请写上答复内容')
  expect(await tell(one, `答复 ${number} B 列入计划`)).toContain('B类答复要写明日期')
  expect(await tell(one, `答复 ${number} B 2026年3月1日前`)).toContain('日期要在今天以后')
  expect(await timeline(house, number)).toEqual(['opened', 'routed'])
})

test('with several cases a bare verb means the one pushed last', async () => {
  const { number: earlier } = await newCase()
  const { number: later } = await newCase()
  expect(await tell(one, '1')).toContain(`编号 ${later}`)
  expect(await tell(one, `接单 ${earlier}`)).toContain(`编号 ${earlier}`)
})

test('while a newer case is on its way a bare verb may mean either, and the deputy is asked which', async () => {
  const { number: earlier } = await newCase()
  house.simulator.misbehave({ slowMs: 3_000 })
  const later = await report(house.resident(), undefined, `d-${first.id}`)
  await nextPush(one, '【新诉求】', `编号 ${later}`)
  const asked = await tell(one, '1')
  expect(asked).toContain('是哪一件？请写上编号')
  expect(asked).toContain(`编号 ${earlier}`)
  expect(asked).toContain(`编号 ${later}`)
  house.simulator.behave()
  await settled(house)
  expect(await tell(one, '1')).toContain(`已接单：编号 ${later}`)
})

test('a bare verb that comes late is none about what was pushed since it was said', async () => {
  const { number: earlier } = await newCase()
  const saidAt = Math.floor(house.clock().getTime() / 1000) - 5
  const { number: later } = await newCase()
  const { text } = await one.say('1', { createTime: saidAt })
  expect(text).toContain('是哪一件？请写上编号')
  for (const number of [earlier, later]) expect(await caseOf(house, number)).toMatchObject({ status: 'routed' })
})

test('when there is only one case to be meant, nobody is asked', async () => {
  const small = await startTestHouse({ city: cityWith('bd-006') })
  try {
    const deputy = await small.bind('bd-006')
    small.simulator.misbehave({ slowMs: 3_000 })
    const number = await report(small.resident(), undefined, 'd-bd-006')
    await nextPush(deputy, '【新诉求】', `编号 ${number}`)
    expect(await tell(deputy, '1')).toContain(`已接单：编号 ${number}`)
  } finally {
    await small.stop()
  }
})

test('cases that come while one is on its way come in one message, and a bare word asks which of them is meant', async () => {
  const busy = await startTestHouse({ mode: 'plain' })
  try {
    const deputy = await busy.bind(first.id)
    const resident = busy.resident()
    const anew = (by = busy.resident()) => report(by, undefined, `d-${first.id}`)
    busy.simulator.misbehave({ slowMs: 3_000, times: 1 })
    const number = await anew()
    await nextPush(deputy, '【新诉求】', `编号 ${number}`)
    const numbers = [await anew(), await anew(resident)]
    await settled(busy)
    const told = pushes(deputy).filter((text) => text.includes('【新诉求】'))
    expect(told).toHaveLength(2)
    expect(told[1]).toContain('以上 2 件，回复时请写上编号')
    for (const each of numbers) expect(told[1]).toContain(`【新诉求】编号 ${each}`)

    expect(await tell(deputy, '1')).toContain('是哪一件？请写上编号')
    // What is on its way about one of them tells nothing of which they mean.
    busy.simulator.misbehave({ slowMs: 3_000, times: 1 })
    await tell(resident, `${numbers[1]} 灯杆也歪了`)
    await nextPush(deputy, '【补充】', `编号 ${numbers[1]}`)
    expect(await tell(deputy, '1')).toContain('是哪一件？请写上编号')
    await settled(busy)
    expect(await tell(deputy, `接单 编号 ${numbers[0]}`)).toContain(`已接单：编号 ${numbers[0]}`)
    const { choices } = busy.simulator.accepted.find(({ content }) => content.includes('以上 2 件'))!
    expect(choices).toContain(`接单 ${numbers[1]}`)
    expect(await tell(deputy, `接单 ${numbers[1]}`)).toContain(`已接单：编号 ${numbers[1]}`)
  } finally {
    await busy.stop()
  }
})

test('lists what is in hand and shows one in full, to its holder only', async () => {
  const { number } = await newCase()
  expect(await tell(one, '在手')).toContain(`编号 ${number}`)
  expect(await tell(one, `详情 ${number}`)).toContain('路灯坏了两周没人修')
  expect(await tell(one, number)).toContain('路灯坏了两周没人修')
  expect(await tell(other, '在手')).not.toContain(`编号 ${number}`)
  for (const words of [`详情 ${number}`, number, `进展 ${number} 在办`, `4 ${number} A 好了`]) {
    expect(await tell(other, words)).toContain(`编号 ${number} 不在您手里`)
  }
})

test('a stray word opens nothing; a deputy’s own matter begins with 反映', async () => {
  expect(await tell(one, '今天路灯怎么样')).toContain('自己要反映事情，请以“反映”开头')
  const receipt = await tell(one, '反映 翠湖名邸的电梯坏了')
  expect(receipt).toContain('地点：白银区公园路街道翠湖社区翠湖名邸')
  expect(receipt).not.toContain('负责：靳小川')
})

test('of two accounts of one deputy, the one last heard from is pushed to', async () => {
  const tablet = await house.bind(first.id)
  await nextPush(one, '您名下新绑定了一个公众号账号')
  const before = pushes(one).length
  const resident = house.resident()
  const number = await report(resident, undefined, `d-${first.id}`)
  await nextPush(tablet, '【新诉求】', `编号 ${number}`)
  expect(pushes(one)).toHaveLength(before)
  expect(await tell(one, `接单 ${number}`)).toContain('已接单')
  await tell(resident, '晚上看不见路')
  await nextPush(one, `【补充】编号 ${number}`)
  expect(pushes(tablet).filter((text) => text.includes('【补充】'))).toEqual([])
})

test('a deputy on leave is passed by', async () => {
  const city = testCity()
  const away = { from: '2026-11-20', until: '2026-11-30' }
  const people = city.people.map((person) => (person.id === first.id ? { ...person, leave: [away] } : person))
  const holiday = await startTestHouse({ city: { ...city, people } })
  try {
    const number = await report(holiday.resident())
    expect(await caseOf(holiday, number)).toMatchObject({ deputy: second.id })
    const { rows } = await holiday.owner.query(
      `SELECT event->'reasons' AS reasons FROM event WHERE event->>'type' = 'routed'`,
    )
    expect(rows[0].reasons).toContain(`leave:${first.id}`)
    holiday.clock.advance(9 * 24 * 3_600_000)
    await holiday.until(async () => {
      const back = await caseOf(holiday, await report(holiday.resident()))
      return back.deputy === first.id
    }, 'back from leave, the deputy gets nothing')
  } finally {
    await holiday.stop()
  }
})

test('what is held back from a deputy about a matter of their own goes out as well once they are heard from', async () => {
  const own = await startTestHouse({ city: cityWith(first.id, 'bd-006') })
  try {
    const handling = await own.bind('bd-006')
    const asking = await own.bind(first.id)
    const number = numberIn(await tell(asking, '反映 翠湖名邸的电梯坏了'))
    await tell(handling, `接单 ${number}`)
    await nextPush(asking, `编号 ${number}：李宏远代表已接单`)
    own.clock.advance(49 * 3_600_000)
    await tell(handling, `4 ${number} A 修好了`)
    const held = (await settled(own)).filter(({ status }) => status === 'refused')
    expect(held.map(({ template, code }) => [template, code])).toContainEqual(['resident-answered', 'window-closed'])
    await tell(asking, '在手')
    await nextPush(asking, `编号 ${number} 有答复了`, '修好了')
  } finally {
    await own.stop()
  }
})

test('a deputy who reported a matter of their own looks it up, and judges the answer to it', async () => {
  const own = await startTestHouse({ city: cityWith(first.id, 'bd-006') })
  try {
    const handling = await own.bind('bd-006')
    const asking = await own.bind(first.id)
    const number = numberIn(await tell(asking, '反映 翠湖名邸的电梯坏了'))
    expect(await tell(asking, '进度')).toContain(`编号 ${number}`)
    await tell(handling, `4 ${number} A 修好了`)
    await nextPush(asking, `编号 ${number} 有答复了`)
    expect(await tell(asking, '满意')).toContain('谢谢您的评价')
    expect(await caseOf(own, number)).toMatchObject({ status: 'closed', judgement: { attitude: 3, result: 3 } })
  } finally {
    await own.stop()
  }
})

test('a verb’s digit before a number is never taken for a part of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 99_999 }).map(caseNumber), (number) => {
      expect(readDeputyWord(`1 ${number}`)).toMatchObject({ do: 'accept', number })
      expect(readDeputyWord(`4 ${number} A 好了`)).toMatchObject({ do: 'answer', number, outcome: 'A', words: '好了' })
      expect(readDeputyWord(`${number} 3 在办`)).toMatchObject({ do: 'progress', number, words: '在办' })
    }),
    { numRuns: 1000 },
  )
})

test('everything that was pushed arrived', async () => {
  const sent = await settled(house)
  expect(sent.filter(({ status, code }) => status !== 'sent' && code !== 'unbound')).toEqual([])
})
