import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person } from '#simulators'
import { verify } from '#store'
import { auditSends } from '../../drills/faults/sends.ts'
import { assign } from '../../workers/assign.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { clerk, clerkTools, first, lamp, nextPush, report, second, settled, tell, timeline } from './scene.ts'

// Several processes work on one case at the very same moment: two bots, and a worker or a clerk (docs/adr/0011).

let house: TestHouse
let one: Person
let two: Person
let otherDoor: string
beforeAll(async () => {
  house = await startTestHouse({ mode: 'plain' })
  otherDoor = await house.anotherBot()
  one = await house.bind(first.id)
})
afterAll(() => house.stop())

/** Lets all of them look at the ledger, and only then write to it. */
async function atOnce<T>(...acts: (() => Promise<T>)[]): Promise<T[]> {
  const client = await house.owner.connect()
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE message IN SHARE MODE')
    const done = Promise.all(acts.map((act) => act()))
    await house.until(async () => {
      const { rows } = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows.length >= acts.length
    }, 'they do not all want to write')
    await client.query('COMMIT')
    return await done
  } finally {
    client.release()
  }
}

/** The audit of the drill: chains, and the order in which things arrived. */
async function expectOrder(): Promise<void> {
  await settled(house)
  const { findings } = await auditSends(house.owner, house.ledger.keyring, house.simulator.accepted)
  expect(findings).toEqual([])
  expect((await verify(house.owner)).faults).toEqual([])
}

test('who has just bound through one bot is told of what comes in through the other, and in its order', async () => {
  const resident = house.resident()
  const other = { webhookUrl: otherDoor }
  await resident.scan(`d-${second.id}`, other)
  two = await house.bind(second.id)
  // The other bot's list of who is bound is some seconds old.
  await resident.say(lamp, other)
  const { rows } = await house.owner.query('SELECT status, code FROM delivery WHERE person_id = $1', [second.id])
  expect(rows).toEqual([{ status: expect.stringMatching(/^(ready|sending|sent)$/), code: null }])
  await nextPush(two, '【新诉求】', '路灯')
})

test('a resident through one bot and their deputy through another: both are heard, one after the other', async () => {
  const resident = house.resident()
  const number = await report(resident)
  await nextPush(one, '【新诉求】')
  await tell(one, `接单 ${number}`)
  for (let round = 1; round <= 3; round++) {
    const [progress, word] = await atOnce(
      () => one.say(`进展 ${number} 第${round}步`),
      () => resident.say(`${number} 第${round}天还是黑的`, { webhookUrl: otherDoor }),
    )
    expect(progress).toMatchObject({ answered: true, status: 200 })
    expect(word!.text).toContain(number)
    await nextPush(one, `第${round}天还是黑的`)
    await nextPush(resident, `第${round}步`)
  }
  const told = (await timeline(house, number)).filter((type) => type === 'progressed' || type === 'supplemented')
  expect(told.toSorted()).toEqual([
    'progressed',
    'progressed',
    'progressed',
    'supplemented',
    'supplemented',
    'supplemented',
  ])
  await expectOrder()
})

test('a resident’s word and a clerk’s: what a deputy and a resident are told of it comes in the order of the case', async () => {
  const resident = house.resident()
  const number = await report(resident)
  const tools = await clerkTools(house)
  for (let round = 1; round <= 6; round++) {
    const deputy = round % 2 === 1 ? second.id : first.id
    const [, assigned] = await atOnce<unknown>(
      () => resident.say(`${number} 第${round}夜还是黑的`, { webhookUrl: otherDoor }),
      () => assign(tools, number, deputy, clerk),
    )
    expect(assigned).toMatchObject({ ok: true })
    // Who reads, and says so: the platform lets five through for a word.
    await Promise.all([tell(one, '在手'), tell(two, '在手'), tell(resident, '进度')])
  }
  const types = await timeline(house, number)
  expect(types.filter((type) => type === 'supplemented')).toHaveLength(6)
  expect(types.filter((type) => type === 'routed')).toHaveLength(7)
  await expectOrder()
  const { rows } = await house.owner.query('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')
  expect(rows).toEqual([{ deadlocks: '0' }])
})
