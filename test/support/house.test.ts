import { expect, test } from 'vitest'

import { startTestHouse } from './house.ts'

test('a test house carries a message to a deputy and the answer back', async () => {
  const house = await startTestHouse()
  const resident = house.resident()
  const receipt = await resident.say('晨光社区3号楼楼下的路灯坏了两周没人修')
  expect(receipt.text).toMatch(/编号 [\d-]+/)
  const { rows } = await house.owner.query<{ deputy_id: string }>('SELECT deputy_id FROM "case"')
  const deputy = await house.bind(rows[0]!.deputy_id)
  await deputy.say('接单')
  await house.until(() => resident.phone.some(({ via }) => via === 'custom'), 'the resident was told nothing')
  await house.stopWorkers()
  await house.startWorkers()
  await house.stop()
})
