import { afterAll, beforeAll, expect, test } from 'vitest'
import { importGroups, importPeople, listPeople } from '#store'
import type { GroupRow } from '#store'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await startTestHouse({ mode: 'plain', workers: false })
})
afterAll(() => house.stop())

const group = (station: string, address: string): GroupRow => ({
  id: `group-${station}`,
  name: '代表联络站',
  region: '620402',
  station,
  channel: 'wecom-robot',
  address,
})
const bring = (...groups: GroupRow[]) => importGroups(house.ledger.pool, house.ledger.keyring, groups, house.clock())
const listed = async () =>
  (await listPeople(house.ledger.pool)).filter(({ role }) => role === 'group').map(({ id, bound }) => [id, bound])

async function keys(id: string): Promise<string[]> {
  const { rows } = await house.owner.query<{ sealed: Buffer }>(
    'SELECT address_sealed AS sealed FROM contact WHERE person_id = $1',
    [id],
  )
  return rows.map(({ sealed }) => house.ledger.keyring.open(sealed))
}

test('groups come, change their key and go; the key lies sealed', async () => {
  await bring(group('st-01', 'key-one'), group('st-02', 'key-two'))
  expect(await listed()).toEqual([
    ['group-st-01', true],
    ['group-st-02', true],
  ])
  await bring(group('st-01', 'key-one'), group('st-02', 'key-two'))
  expect(await keys('group-st-01')).toEqual(['key-one'])
  const { rows } = await house.owner.query("SELECT * FROM contact WHERE channel = 'wecom-robot'")
  expect(rows).toHaveLength(2)
  expect(JSON.stringify(rows)).not.toContain('key-one')

  await bring(group('st-01', 'key-new'), group('st-02', 'key-two'))
  expect(await keys('group-st-01')).toEqual(['key-new'])
  await bring(group('st-02', 'key-one'))
  expect(await keys('group-st-02')).toEqual(['key-one'])
  expect(await listed()).toEqual([['group-st-02', true]])
  expect(await keys('group-st-01')).toEqual([])
})

test('reading the rolls again leaves them as they are', async () => {
  await bring(group('st-01', 'key-one'))
  await importPeople(house.ledger.pool, house.city.people)
  expect(await listed()).toEqual([['group-st-01', true]])
  await bring()
  expect(await listed()).toEqual([])
})
