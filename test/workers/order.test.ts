import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { spendWindow } from '../../workers/deliver.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { first, nextPush, pushes, report, settled, tell } from '../house/scene.ts'

let house: TestHouse | undefined
afterEach(async () => {
  await house?.stop()
  house = undefined
})

test('twenty messages to one resident arrive in their order, in however many portions the quota lets them', async () => {
  house = await startTestHouse({ mode: 'plain' })
  const one = await house.bind(first.id)
  const resident = house.resident()
  const number = await report(resident)
  await nextPush(one, '【新诉求】')
  await tell(one, '1')
  const steps = Array.from({ length: 20 }, (_, index) => `第${index + 1}步`)
  // Said one after the other, sent by sixteen hands; the platform is slow with some.
  house.simulator.misbehave({ slowMs: 40 })
  for (const step of steps) {
    await tell(one, `进展 ${number} ${step}`)
    if (step.endsWith('0步') || step.endsWith('5步')) await tell(resident, '进度')
  }
  await house.until(async () => {
    await settled(house!)
    const arrived = pushes(resident).filter((text) => text.includes('有进展')).length
    if (arrived < steps.length) await tell(resident, '进度')
    return arrived >= steps.length
  }, 'not all arrived')
  const sent = await settled(house)
  expect(sent.filter(({ status }) => status !== 'sent')).toEqual([])
  expect(pushes(resident).flatMap((text) => text.match(/第\d+步$/) ?? [])).toEqual(steps)
})

test('many residents at once: each hears their own, all of it, in order', async () => {
  house = await startTestHouse({ mode: 'plain' })
  const residents = Array.from({ length: 12 }, () => house!.resident())
  const one = await house.bind(first.id)
  const numbers = await Promise.all(residents.map((resident) => report(resident, undefined, `d-${first.id}`)))
  expect(new Set(numbers).size).toBe(12)
  // The deputy's phone and the residents' all at the same moment.
  await Promise.all(numbers.map((number) => tell(one, `接单 ${number}`)))
  await Promise.all(numbers.map((number) => tell(one, `3 ${number} 电工在路上`)))
  const answers = await Promise.all(numbers.map((number) => tell(one, `4 ${number} A 换好了`)))
  for (const answer of answers) expect(answer).toContain('答复已告诉群众')
  await settled(house)
  for (const [index, resident] of residents.entries()) {
    const steps = pushes(resident).map((text) => /已接单|有进展|有答复了/.exec(text)?.[0])
    expect(steps).toEqual(['已接单', '有进展', '有答复了'])
    for (const text of pushes(resident)) expect(text).toContain(`编号 ${numbers[index]}`)
  }
})

const now = new Date('2026-11-23T01:00:00Z')
const aWindow = fc.record({
  kind: fc.constantFrom('act', 'message'),
  until: fc.integer({ min: -100, max: 100 }).map((seconds) => new Date(now.getTime() + seconds * 1000).toISOString()),
  left: fc.nat(5),
})

test('a send is taken from one open window, the one that closes first; from none when none is open', () => {
  fc.assert(
    fc.property(fc.array(aWindow, { maxLength: 4 }), (windows) => {
      const open = windows.filter(({ until, left }) => left > 0 && new Date(until) > now)
      const spent = spendWindow(windows, now)
      if (open.length === 0) return spent === null
      if (spent === null || spent.length !== windows.length) return false
      const changed = windows.flatMap((before, index) =>
        spent[index]!.left === before.left ? [] : [{ before, after: spent[index]! }],
      )
      const soonest = open.map(({ until }) => until).toSorted()[0]
      return (
        changed.length === 1 &&
        changed[0]!.after.left === changed[0]!.before.left - 1 &&
        open.includes(changed[0]!.before) &&
        changed[0]!.before.until === soonest
      )
    }),
  )
})
