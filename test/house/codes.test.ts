import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBindingCode } from '#store'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { first, hour, nextPush, report, second, tell } from './scene.ts'

let house: TestHouse
beforeAll(async () => {
  house = await startTestHouse()
})
afterAll(() => house.stop())

const codeFor = async (id: string, lastsMs = 600_000): Promise<string> =>
  (await createBindingCode(house.ledger.pool, id, new Date(house.clock().getTime() + lastsMs)))!

async function accountsOf(id: string): Promise<number> {
  const { rows } = await house.owner.query('SELECT 1 FROM contact WHERE person_id = $1', [id])
  return rows.length
}

test('a code binds once, tells who one is now and what is in hand, and the words of a code may have gaps', async () => {
  const number = await report(house.resident())
  const code = await codeFor(first.id)
  const deputy = house.resident()
  const bound = await tell(deputy, ` 绑定：${code.slice(0, 4)} ${code.slice(4)} `)
  expect(bound).toContain('绑定成功：靳小川（人大代表）')
  expect(bound).toContain(`编号 ${number}`)
  expect(await tell(house.resident(), `绑定 ${code}`)).toContain('绑定码不对或已过期')
  expect(await accountsOf(first.id)).toBe(1)
  const again = house.resident()
  const later = await report(again)
  await nextPush(deputy, '【新诉求】', `编号 ${later}`)
})

test('what was pushed while nobody was bound is not lost: it stands in the list', async () => {
  const number = await report(house.resident(), undefined, `d-${second.id}`)
  const deputy = await house.bind(second.id)
  expect(await tell(deputy, '在手')).toContain(`编号 ${number}`)
})

test('wrong, expired and replaced codes bind nobody', async () => {
  const old = await codeFor('bd-006')
  const fresh = await codeFor('bd-006')
  const phone = house.resident()
  expect(await tell(phone, '绑定 00000001')).toContain('绑定码不对或已过期')
  expect(await tell(phone, `绑定 ${old}`)).toContain('绑定码不对或已过期')
  house.clock.advance(601_000)
  expect(await tell(phone, `绑定 ${fresh}`)).toContain('绑定码不对或已过期')
  expect(await tell(phone, '绑定')).toContain('绑定码不对')
  expect(await accountsOf('bd-006')).toBe(0)
})

test('of many accounts that race for one code exactly one is bound', async () => {
  for (const id of ['bd-007', 'bd-008', 'bd-009']) {
    const code = await codeFor(id)
    const phones = Array.from({ length: 8 }, () => house.resident())
    const answers = await Promise.all(phones.map((phone) => tell(phone, `绑定 ${code}`)))
    expect(answers.filter((answer) => answer.startsWith('绑定成功'))).toHaveLength(1)
    expect(answers.filter((answer) => answer.startsWith('绑定码不对或已过期'))).toHaveLength(7)
    expect(await accountsOf(id)).toBe(1)
  }
})

test('five wrong tries block an account for an hour, with the right code too; others are not touched', async () => {
  const code = await codeFor('bd-010', 3 * hour)
  const guesser = house.resident()
  for (let tries = 0; tries < 5; tries++) {
    expect(await tell(guesser, `绑定 1000000${tries}`)).toContain('绑定码不对或已过期')
  }
  expect(await tell(guesser, `绑定 ${code}`)).toContain('错了多次')
  expect(await accountsOf('bd-010')).toBe(0)
  const honest = house.resident()
  expect(await tell(honest, `绑定 ${code}`)).toContain('绑定成功')
  const another = await codeFor('bd-011', 3 * hour)
  house.clock.advance(hour + 1000)
  expect(await tell(guesser, `绑定 ${another}`)).toContain('绑定成功')
})

test('codes do not stand in the database', async () => {
  const code = await codeFor('bd-012')
  const { rows } = await house.owner.query(`SELECT string_agg(b::text, ' ') AS all FROM binding_code b`)
  expect(rows[0].all).not.toContain(code)
  expect(await createBindingCode(house.ledger.pool, 'nobody', house.clock())).toBeNull()
})
