import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '#base'
import { holdTwinSearch, listTwins, restartTwinSearch } from '#store'
import type { TwinReason } from '#understanding'
import { TwinSearch } from '../../workers/twin-search.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { caseOf, first, nextPush, report, second, station, tell } from '../house/scene.ts'

const lamp = '晨光佳苑3号楼路灯坏了两周没人修'
const dark = '我们辰光佳苑三号楼门口黑灯瞎火的，老人摔了一跤'
const lift = '晨光佳苑电梯停了三天'
const hour = 3_600_000

let house: TestHouse

beforeEach(async () => {
  house = await startTestHouse({ mode: 'plain', workers: false })
})
afterEach(() => house.stop())

const links = () => listTwins(house.ledger.pool, { regions: null, limit: 100 })
const pairs = async (): Promise<string[][]> =>
  (await links()).map(({ later, earlier }) => [later.state.number, earlier.state.number])

/** Each from somebody else. */
const said = (words: string, scene: string | null = station): Promise<string> => report(house.resident(), words, scene)

async function rows(): Promise<{ case_id: string; other_id: string; reason: TwinReason }[]> {
  return (await house.owner.query('SELECT case_id, other_id, reason FROM case_twin ORDER BY case_id, other_id')).rows
}

/** A search of its own over the same ledger. */
async function search(upTo: string | null = null, most?: number, pool = house.ledger.pool): Promise<TwinSearch> {
  const { city, clock } = house
  const holder = randomUUID()
  await restartHold(holder)
  return new TwinSearch({ pool, city, clock, holder, upTo, ...(most === undefined ? {} : { most }) })
}

/** The ledger's pool; after `fail` one call of `what` is refused. */
function failing(what: 'connect' | 'query', when: (statement: unknown) => boolean = () => true) {
  let broken = false
  const pool = new Proxy(house.ledger.pool, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]): Promise<unknown> => {
        if (name !== what || !broken || !when(args[0])) return member.apply(target, args)
        broken = false
        throw new Error('the database is away')
      }
    },
  })
  return { pool, fail: () => void (broken = true) }
}

async function restartHold(holder: string): Promise<void> {
  await house.owner.query('UPDATE twin_search SET holder = NULL')
  await holdTwinSearch(house.ledger.pool, holder, 60_000)
}

async function toTheEnd(search: TwinSearch): Promise<void> {
  while (await search.step());
  await search.step()
}

describe('the workers', () => {
  test('find the same matter told in other words, with why; not another one at the same place', async () => {
    const numbers = [await said(lamp), await said(lift), await said(dark)]
    await house.startWorkers()
    await house.until(async () => (await links()).length > 0, 'no twins were found')
    const [link, ...others] = await links()
    expect(others).toEqual([])
    expect([link!.later.state.number, link!.earlier.state.number]).toEqual([numbers[2], numbers[0]])
    expect(link!.likeness).toBeGreaterThan(0.6)
    expect(link!.reason).toMatchObject({ place: 'same', matters: expect.arrayContaining(['路灯']) })
  })

  test('look at what is opened while they run, and at words added to it', async () => {
    await house.startWorkers()
    const early = await said(lamp)
    const resident = house.resident()
    const late = await report(resident, '晨光佳苑有个事情反映一下，麻烦了')
    await house.until(
      async () => (await house.owner.query('SELECT 1 FROM twin_search WHERE up_to IS NOT NULL')).rowCount,
      'nothing was looked at',
    )
    expect(await tell(resident, '3号楼门口的路灯不亮，黑咕隆咚')).toContain(late)
    await house.until(async () => (await pairs()).length > 0, 'no twins were found')
    expect(await pairs()).toEqual([[late, early]])
  })

  test('of two processes one looks, and the other takes over', async () => {
    const { pool } = house.ledger
    const [a, b] = [randomUUID(), randomUUID()]
    expect(await holdTwinSearch(pool, a, 60_000)).toEqual({ upTo: null })
    expect(await holdTwinSearch(pool, b, 60_000)).toBeNull()
    expect(await holdTwinSearch(pool, a, 60_000)).toEqual({ upTo: null })
    await house.owner.query(`UPDATE twin_search SET held_until = now() - interval '1 s'`)
    expect(await holdTwinSearch(pool, b, 60_000)).toEqual({ upTo: null })
    expect(await holdTwinSearch(pool, a, 60_000)).toBeNull()
  })
})

describe('the search', () => {
  test('goes on where another one stopped, and gives the same from the start', async () => {
    await said(lamp)
    house.clock.advance(hour)
    await said(lift)
    await toTheEnd(await search())
    expect(await rows()).toEqual([])
    house.clock.advance(hour)
    await said(dark)
    const { rows: noted } = await house.owner.query<{ up_to: string }>('SELECT up_to FROM twin_search')
    const next = await search(noted[0]!.up_to)
    await toTheEnd(next)
    // The last one of before is looked at again: another may have been committed just before it.
    expect(next.progress).toEqual({ held: 3, compared: 2 })
    const found = await rows()
    expect(found).toHaveLength(1)
    await restartTwinSearch(house.ledger.pool)
    expect(await rows()).toEqual([])
    await toTheEnd(await search())
    expect(await rows()).toEqual(found)
  })

  test('sees a case whose transaction ended late', async () => {
    await said(lamp)
    const running = await search()
    house.clock.advance(20_000)
    await said(lift)
    await toTheEnd(running)
    const { rows: copied } = await house.owner.query<{ id: string }>(
      `INSERT INTO "case" (id, number, status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, wake_at, last_said_at, state)
       SELECT $1::uuid, '0000-0', status, version, head_hash, contact_id, deputy_id, region, place_text, opened_at, NULL, last_said_at,
         (state::jsonb || jsonb_build_object('id', $1::text, 'number', '0000-0'))::json FROM "case" ORDER BY id LIMIT 1 RETURNING id`,
      [newId(house.clock().getTime() - 10_000)],
    )
    house.clock.advance(16_000)
    await toTheEnd(running)
    await toTheEnd(running)
    expect((await rows()).map(({ case_id: id }) => id)).toContain(copied[0]!.id)
  })

  test('keeps what it found though the database was away in that moment, and compares those behind it', async () => {
    const [early, late, third] = [await said(lamp), await said(dark), await said('晨光佳苑3号楼的路灯还是不亮')]
    const { pool, fail } = failing('connect')
    const running = await search(null, undefined, pool)
    fail()
    await expect(running.step()).rejects.toThrow('away')
    await toTheEnd(running)
    expect(running.progress).toEqual({ held: 3, compared: 3 })
    expect(await pairs()).toEqual(
      expect.arrayContaining([
        [late, early],
        [third, early],
      ]),
    )
  })

  test('lets go of what is withdrawn though the database was away in that moment', async () => {
    const resident = house.resident()
    const [, late] = [await said(lamp), await report(resident, dark)]
    const { pool, fail } = failing('query', (statement) => String(statement).startsWith('DELETE FROM case_twin'))
    const running = await search(null, undefined, pool)
    await toTheEnd(running)
    expect(await rows()).toHaveLength(1)
    expect(await tell(resident, `撤回 ${late}`)).toContain(late)
    fail()
    await expect(running.step()).rejects.toThrow('away')
    await toTheEnd(running)
    expect(await rows()).toEqual([])
  })

  test('holds no more than it may, the newest', async () => {
    for (const words of [lift, lamp, dark]) await said(words)
    const bounded = await search(null, 2)
    await toTheEnd(bounded)
    expect(bounded.progress.held).toBe(2)
    expect(await rows()).toHaveLength(1)
  })

  test('keeps counties apart', async () => {
    const [, other] = [await said(lamp), house.city.stations.find(({ region }) => region.startsWith('6204211'))!]
    await said('路灯坏了两周没人修，3号楼', other.scene)
    await toTheEnd(await search())
    expect(await rows()).toEqual([])
  })

  test('lets go of what is withdrawn, and takes back nothing by itself', async () => {
    const resident = house.resident()
    const [, late] = [await said(lamp), await report(resident, dark)]
    const running = await search()
    await toTheEnd(running)
    expect(await pairs()).toHaveLength(1)
    expect(await tell(resident, `撤回 ${late}`)).toContain(late)
    // Not shown from that moment on, whenever the search notices.
    expect(await pairs()).toEqual([])
    await toTheEnd(running)
    expect(running.progress.held).toBe(1)
    expect(await rows()).toEqual([])
    const again = await said('晨光佳苑3号楼的路灯还是不亮')
    await toTheEnd(running)
    expect((await pairs()).flat()).toContain(again)
    expect((await pairs()).flat()).not.toContain(late)
  })

  test('never compares a complaint about a deputy', async () => {
    await said(lamp)
    const complaint = `${lamp}，${first.name}代表不管`
    const number = await said(complaint)
    expect((await caseOf(house, number)).accused).toEqual([first.id])
    await said(`晨光佳苑3号楼路灯坏了，${first.name}代表不管`)
    const running = await search()
    await toTheEnd(running)
    expect(running.progress.held).toBe(1)
    expect(await rows()).toEqual([])
  })

  test('forgets what it compared once it turns out to be about a deputy', async () => {
    const [, late] = [await said(lamp), await said(dark)]
    const running = await search()
    await toTheEnd(running)
    expect(await pairs()).toHaveLength(1)
    // As a clerk's correction would have it.
    await house.owner.query(
      `UPDATE "case" SET version = version + 1, state = jsonb_set(state::jsonb, '{accused}', $2) WHERE number = $1`,
      [late, JSON.stringify([second.id])],
    )
    expect(await pairs()).toEqual([])
    await toTheEnd(running)
    expect(running.progress.held).toBe(1)
    expect(await rows()).toEqual([])
  })

  test('of somebody who is forgotten nothing is left, and nothing comes back', async () => {
    const deputy = await house.bind(first.id)
    await house.startWorkers()
    const resident = house.resident()
    await said(`翠屏烧烤店门口，${lamp}`)
    const number = await report(resident, `翠屏烧烤店门口，${dark}`)
    await nextPush(deputy, '【新诉求】', '翠屏烧烤店')
    await house.until(async () => (await rows()).length === 1, 'no twins were found')
    expect(JSON.stringify(await rows())).toContain('翠屏')
    await resident.unfollow()
    await house.until(async () => (await caseOf(house, number)).erased, 'nothing was erased')
    expect(await rows()).toEqual([])
    await house.stopWorkers()
    await restartTwinSearch(house.ledger.pool)
    await toTheEnd(await search())
    expect(await rows()).toEqual([])
  })
})
