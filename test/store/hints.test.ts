import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '#base'
import { createHintSearch } from '#store'
import { lamp, report } from '../house/scene.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

let house: TestHouse
beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain', workers: false })
})
afterEach(() => house.stop())

/** Cases like the first one, opened at this moment. */
async function open(count: number, at: Date): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId(at.getTime()))
  await house.owner.query(
    `INSERT INTO "case" (id, number, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, wake_at, last_said_at, state)
     SELECT n.id, n.id::text, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, NULL, last_said_at,
       (state::jsonb || jsonb_build_object('id', n.id::text))::json
     FROM (SELECT * FROM "case" ORDER BY id LIMIT 1) c CROSS JOIN unnest($1::uuid[]) AS n(id)`,
    [ids],
  )
  return ids
}

test('what is opened once a clock that was ahead came back is looked at, and what it opened ahead no more than before', async () => {
  const now = house.clock()
  const ahead = new Date(now.getTime() + 3 * 3_600_000)
  await report(house.resident(), lamp)
  const asked: string[] = []
  const search = createHintSearch(house.ledger.pool, (state) => asked.push(state.id) > 0)
  const toTheEnd = async (at: Date) => {
    for (let rounds = 1; await search(at); rounds += 1) expect(rounds).toBeLessThan(10)
  }
  // Over more than an hour, and more than fit on a page.
  for (let minute = 0; minute < 120; minute += 10) await open(100, new Date(ahead.getTime() - minute * 60_000))
  await toTheEnd(ahead)
  expect(asked).toHaveLength(1_201)
  const [late] = await open(1, now)
  await toTheEnd(now)
  expect(asked.slice(1_201)).toEqual([late])
})
