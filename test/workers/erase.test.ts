import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pino } from 'pino'
import type { Person } from '#simulators'
import { verify } from '#store'
import { createErase } from '../../workers/erase.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { erased, everythingIn } from './erased.ts'
import { caseOf, clerk, clerkTools, deliveries, first, hour, nextPush, report, second, settled, station, tell, timeline } from '../house/scene.ts' // prettier-ignore

const words = '我叫刘长河，电话13912345678，晨光佳苑3号楼路灯坏了两周没人修'

let house: TestHouse
let resident: Person
let deputy: Person

beforeEach(async () => {
  house = await startTestHouse()
  resident = house.resident()
  deputy = await house.bind(first.id)
})
afterEach(() => house.stop())

interface Stored {
  meaning: string
  text: string | null
  extra: unknown
  salt: string | null
  answer: string | null
}

async function messagesOf(contactId: string): Promise<Stored[]> {
  const { rows } = await house.owner.query<Stored>(
    'SELECT meaning, text, extra, salt, answer FROM message WHERE contact_id = $1 ORDER BY id',
    [contactId],
  )
  return rows
}

const allErased = () => erased(house)
const everything = () => everythingIn(house)
const faults = async () => (await verify(house.ledger.pool)).faults

describe('a resident who unsubscribes', () => {
  test('is forgotten: address, windows, memory, chat and media; the matter stays, without who said it', async () => {
    const number = await report(resident, words)
    await nextPush(deputy, '【新诉求】', '13912345678')
    await tell(resident, '谢谢你们')
    await resident.sendImage()
    await tell(deputy, `进展 ${number} 电工明天去`)
    await tell(deputy, `详情 ${number}`)
    const { resident: contactId } = await caseOf(house, number)
    expect(await everything()).toContain('刘长河')
    await settled(house)

    expect((await resident.unfollow()).status).toBe(200)
    await allErased()

    const { rows } = await house.owner.query('SELECT * FROM contact WHERE id = $1', [contactId])
    expect(rows).toMatchObject([{ address_sealed: null, following: false, person_id: null, windows: [] }])
    expect(rows[0].address_hash.equals(house.ledger.keyring.lookupHash(resident.openid))).toBe(false)
    const messages = await messagesOf(contactId)
    expect(messages.filter(({ meaning }) => meaning === 'chitchat')).toEqual([
      { meaning: 'chitchat', text: null, extra: null, salt: null, answer: null },
    ])
    expect(messages.find(({ meaning }) => meaning === 'opened')!.text).toBe(
      '我叫＊＊，电话＊＊＊＊，晨光佳苑3号楼路灯坏了两周没人修',
    )
    expect(messages.every(({ extra, answer }) => extra === null && answer === null)).toBe(true)

    const left = await everything()
    expect(left).not.toContain('刘长河')
    expect(left).not.toContain('13912345678')
    expect(left).not.toContain(resident.openid)
    expect(left).toContain('电工明天去')
    expect(await timeline(house, number)).toContain('erased')
    expect(await caseOf(house, number)).toMatchObject({ anonymous: true, erased: true, status: 'accepted' })
    expect(await faults()).toEqual([])
  })

  test('does not stop the case, which goes on to its end without them', async () => {
    const number = await report(resident, words)
    await nextPush(deputy, '【新诉求】')
    await resident.unfollow()
    await allErased()
    await tell(deputy, `接单 ${number}`)
    expect(await tell(deputy, `详情 ${number}`)).toContain('路灯坏了两周没人修')
    await tell(deputy, `答复 ${number} A 换好了`)
    house.clock.advance(8 * 24 * 3_600_000)
    await house.until(async () => (await caseOf(house, number)).status === 'closed', 'it does not close')
    const { rows } = await house.owner.query(
      `SELECT template, status, text FROM delivery WHERE contact_id = $1 AND status <> 'refused'`,
      [(await caseOf(house, number)).resident],
    )
    expect(rows.every(({ text }) => text === '')).toBe(true)
    expect(await faults()).toEqual([])
  })

  test('and comes back in the same minute is somebody new, who keeps all that is new', async () => {
    const old = await report(resident, words)
    await house.stopWorkers()
    await resident.unfollow()
    await resident.follow()
    const fresh = await report(resident, '我叫刘长河，翠湖社区停水三天了', null)
    expect(fresh).not.toBe(old)
    await house.startWorkers()
    await allErased()
    const [before, after] = [await caseOf(house, old), await caseOf(house, fresh)]
    expect(after.resident).not.toBe(before.resident)
    expect(after.erased).toBeUndefined()
    expect((await messagesOf(after.resident)).map(({ text }) => text)).toContain('我叫刘长河，翠湖社区停水三天了')
    const progress = await tell(resident, '进度')
    expect(progress).toContain(fresh)
    expect(progress).not.toContain(old)
    expect(await faults()).toEqual([])
  })

  test('is forgotten too in what was written between their leaving and the job', async () => {
    const number = await report(resident, words)
    await nextPush(deputy, '【新诉求】')
    await settled(house)
    await house.stopWorkers()
    await resident.unfollow()
    const { resident: contactId } = await caseOf(house, number)
    house.clock.advance(1_000)
    await tell(deputy, `退回 ${number} 不归我管`)
    const written = (await deliveries(house)).filter(({ template }) => template === 'deputy-new-case')
    expect(written).toMatchObject([{ person: first.id }, { person: second.id, text: expect.stringContaining('13912345678') }]) // prettier-ignore
    await house.startWorkers()
    await allErased()
    await settled(house)
    const left = await everything()
    expect(left).not.toContain('13912345678')
    expect(left).not.toContain('刘长河')
    const { rows } = await house.owner.query(`SELECT 1 FROM delivery WHERE contact_id = $1 AND text <> ''`, [contactId])
    expect(rows).toEqual([])
    expect(await faults()).toEqual([])
  })

  test('is forgotten though our clock was ahead when they reported', async () => {
    const createTime = Math.floor(house.clock().getTime() / 1000)
    house.clock.advance(hour)
    await resident.scan(station, { createTime })
    await resident.say(words, { createTime })
    const [{ number }] = (await house.owner.query<{ number: string }>('SELECT number FROM "case"')).rows as [{ number: string }] // prettier-ignore
    await nextPush(deputy, '【新诉求】', '13912345678')
    expect(await tell(deputy, `详情 ${number}`)).toContain('刘长河')
    await settled(house)
    house.clock.advance(-hour)
    await resident.unfollow()
    await allErased()
    expect(await caseOf(house, number)).toMatchObject({ erased: true })
    const left = await everything()
    expect(left).not.toContain('13912345678')
    expect(left).not.toContain('刘长河')
    expect(await faults()).toEqual([])
  })

  test('whose leaving is heard late, after they have come back, loses only what was said before it', async () => {
    const second = (ahead: number) => Math.floor(house.clock().getTime() / 1000) + ahead
    const early = await report(resident, words)
    const leftAt = second(5)
    house.clock.advance(10_000)
    await resident.follow()
    const late = await report(resident, '翠湖社区停水三天了，我叫刘长河', null)
    await resident.unfollow({ createTime: leftAt })
    await allErased()
    const [before, after] = [await caseOf(house, early), await caseOf(house, late)]
    expect(before.erased).toBe(true)
    expect(after.erased).toBeUndefined()
    const texts = (await messagesOf(after.resident)).map(({ text }) => text)
    expect(texts).toContain('翠湖社区停水三天了，我叫刘长河')
    expect(texts.join()).not.toContain('13912345678')
    expect(await faults()).toEqual([])
    // They are still who they were: what is told of the new case reaches them.
    await resident.follow()
    expect(await tell(resident, '进度')).toContain(late)
  })

  /** They scan and report; the platform's times have whole seconds, so that leaving may bear the same one. */
  async function reportInOneSecond() {
    const createTime = Math.floor(house.clock().getTime() / 1000)
    await resident.scan(station, { createTime })
    await resident.say(words, { createTime })
    await nextPush(deputy, '【新诉求】', '13912345678')
    const { rows } = await house.owner.query<{ number: string }>('SELECT number FROM "case"')
    return { createTime, number: rows[0]!.number }
  }

  test('whose leaving is heard late is forgotten in what reached us, or was written, after the second they left', async () => {
    const { createTime, number } = await reportInOneSecond()
    expect(await tell(deputy, `详情 ${number}`)).toContain('13912345678')
    house.clock.advance(10_000)
    await resident.follow()
    const late = await report(resident, '翠湖社区停水三天了，电话13800001111', null)
    await settled(house)
    await resident.unfollow({ createTime })
    await allErased()
    expect((await caseOf(house, number)).erased).toBe(true)
    expect((await caseOf(house, late)).erased).toBeUndefined()
    const left = await everything()
    expect(left).not.toContain('13912345678')
    expect((await deliveries(house)).some(({ text }) => text.includes('13800001111'))).toBe(true)
    expect(await faults()).toEqual([])
  })

  test('whose leaving is heard late keeps what was written of the case since they came back and said more', async () => {
    const { createTime, number } = await reportInOneSecond()
    house.clock.advance(10_000)
    await tell(resident, `${number} 灯杆也歪了，打我电话13800001111`)
    await nextPush(deputy, '【补充】')
    await settled(house)
    await resident.unfollow({ createTime })
    await allErased()
    expect(await everything()).not.toContain('13912345678')
    expect((await deliveries(house)).some(({ text }) => text.includes('13800001111'))).toBe(true)
    expect(await faults()).toEqual([])
  })

  test('loses their words though what keeps their pictures is down', async () => {
    await report(resident, words)
    await resident.sendImage()
    const fetched = async () => (await house.owner.query(`SELECT 1 FROM media WHERE status = 'fetched'`)).rowCount
    await house.until(async () => (await fetched()) === 1, 'not fetched')
    await tell(resident, '谢谢你们')
    await settled(house)
    await house.stopWorkers()
    await resident.unfollow()
    const { rows } = await house.owner.query<{ id: string }>('SELECT id FROM erasure')
    const erase = createErase({
      ...(await clerkTools(house)),
      log: pino({ level: 'silent' }),
      removeMedia: () => Promise.reject(new Error('the bucket is down')),
      renewDirectory: () => Promise.resolve(),
    })
    await expect(erase({ erasureId: rows[0]!.id })).rejects.toThrow('the bucket is down')
    const left = await everything()
    expect(left).not.toContain('13912345678')
    expect(left).not.toContain('刘长河')
    expect(left).not.toContain('谢谢你们')
    expect(await fetched()).toBe(1)
    await house.startWorkers()
    await allErased()
    expect(await fetched()).toBe(0)
    expect(await faults()).toEqual([])
  })

  test('is forgotten though the queue was lost meanwhile, and once, however often the event comes', async () => {
    const number = await report(resident, words)
    await settled(house)
    await house.stopWorkers()
    const at = Math.floor(house.clock().getTime() / 1000)
    await resident.unfollow({ createTime: at })
    await resident.unfollow({ createTime: at })
    await house.owner.query('DELETE FROM outbox')
    await house.queues.wipe()
    house.clock.advance(120_000)
    await house.startWorkers()
    await allErased()
    const { rows } = await house.owner.query('SELECT 1 FROM erasure')
    expect(rows).toHaveLength(1)
    expect((await timeline(house, number)).filter((type) => type === 'erased')).toHaveLength(1)
    // A job that comes once more changes nothing.
    const { rows: asked } = await house.owner.query<{ id: string }>('SELECT id FROM erasure')
    await house.owner.query('UPDATE erasure SET done_at = NULL')
    await house.queues.addBulk([{ name: 'erase', id: 'again-a', payload: { erasureId: asked[0]!.id } }])
    await allErased()
    expect((await timeline(house, number)).filter((type) => type === 'erased')).toHaveLength(1)
    expect(await faults()).toEqual([])
  })
})

test('a deputy who unsubscribes is unbound and keeps their cases; staff are told, once', async () => {
  const staff = await house.bind(clerk)
  const number = await report(resident)
  await nextPush(deputy, '【新诉求】')
  await tell(deputy, `接单 ${number}`)
  await tell(deputy, `进展 ${number} 电工明天去`)
  await deputy.unfollow()
  await allErased()
  await nextPush(staff, '【账号解绑】', first.name, '1 件')
  expect(await caseOf(house, number)).toMatchObject({ deputy: first.id, status: 'accepted' })
  // What they said on the case is its record, word for word.
  expect(await everything()).toContain(`进展 ${number} 电工明天去`)
  expect(await faults()).toEqual([])
  const { rows } = await house.owner.query('SELECT 1 FROM contact WHERE person_id = $1', [first.id])
  expect(rows).toEqual([])
  await deputy.follow()
  expect(await tell(deputy, '在手')).not.toContain(number)
  await house.bind(first.id, deputy)
  expect(await tell(deputy, '在手')).toContain(number)
})

test('the serving role erases nothing that was not asked for, and nobody else’s words', async () => {
  const number = await report(resident, words)
  const other = await report(house.resident(), '翠湖社区停水三天了', null)
  const messages = [...(await caseOf(house, number)).words, ...(await caseOf(house, other)).words]
  const nulls = messages.map(() => null)
  const { pool } = house.ledger
  const erasedBy = async (id: string) => {
    const { rows } = await pool.query<{ count: number }>('SELECT erase_words($1, $2, $3, $4) AS count', [
      id,
      messages,
      nulls,
      nulls,
    ])
    return rows[0]!.count
  }
  expect(await erasedBy('00000000-0000-0000-0000-000000000000')).toBe(0)
  await expect(pool.query(`UPDATE message SET text = NULL`)).rejects.toMatchObject({ code: '42501' })
  await settled(house)
  await house.stopWorkers()
  await resident.unfollow()
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM erasure')
  expect(await erasedBy(rows[0]!.id)).toBe(1)
  // Taken by hand, without the event that says so: that shows.
  expect(await faults()).toEqual([expect.stringContaining('were altered')])
})

test('an event that the platform tells of somebody who left brings them back for nobody', async () => {
  await resident.say('你好')
  await resident.unfollow()
  await resident.sendRaw({ MsgType: 'event', Event: 'TEMPLATESENDJOBFINISH', MsgID: '1', Status: 'failed:user block' })
  await allErased()
  const { rows } = await house.owner.query<{ kept: number }>(
    'SELECT count(*)::int AS kept FROM contact WHERE address_sealed IS NOT NULL AND person_id IS NULL',
  )
  expect(rows[0]!.kept).toBe(0)
})
