import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listMedia, readMedia } from '#store'
import type { MediaListed } from '#store'
import type { Person } from '#simulators'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'
import { day, report } from '../house/scene.ts'

const get = '/cgi-bin/media/get'
let house: TestHouse
let resident: Person

beforeEach(async () => {
  house = await startTestHouse()
  resident = house.resident()
  await report(resident)
})
afterEach(() => house.stop())

const inState = (status: string): Promise<MediaListed[]> => listMedia(house.ledger.pool, status, 100)
const when = (status: string, count = 1): Promise<MediaListed[]> =>
  house.until(async () => {
    const found = await inState(status)
    return found.length === count ? found : null
  }, `not ${count} ${status}`)
const fileOf = ({ sha256 }: MediaListed) => join(house.mediaFolder, sha256!.slice(0, 2), sha256!)

function jpeg(inside: string) {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(inside)])
  const id = house.simulator.media.add('image', house.clock().getTime(), { contentType: 'image/jpeg', bytes })
  return { bytes, message: { MsgType: 'image', PicUrl: 'http://mmbiz.qpic.cn/x/0', MediaId: id } }
}

test('a picture is fetched at once, sealed, and opens to what it was; the message row never changes', async () => {
  const { bytes, message } = jpeg('a broken lamp')
  const before = await house.owner.query('SELECT md5(string_agg(m::text, chr(10) ORDER BY id)) AS all FROM message m')
  await resident.sendRaw(message)
  const after = await house.owner.query(
    `SELECT md5(string_agg(m::text, chr(10) ORDER BY id)) AS all FROM message m WHERE type <> 'image'`,
  )
  const [media] = await when('fetched')
  expect(after.rows).toEqual(before.rows)
  expect(media).toMatchObject({
    contentType: 'image/jpeg',
    bytes: bytes.length,
    kept: 'folder',
    number: expect.stringMatching(/^\d/),
  })
  expect(media!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  const sealed = readFileSync(fileOf(media!))
  expect(sealed.includes(Buffer.from('a broken lamp'))).toBe(false)
  expect(house.ledger.keyring.openBytes(sealed).equals(bytes)).toBe(true)
})

test('voices and videos too; the same content from many is kept once', async () => {
  await resident.sendVoice('路灯坏了')
  await resident.sendVideo()
  const { bytes } = jpeg('the same')
  for (const person of [resident, house.resident(), house.resident()]) {
    const id = house.simulator.media.add('image', house.clock().getTime(), { contentType: 'image/jpeg', bytes })
    await person.sendRaw({ MsgType: 'image', PicUrl: '', MediaId: id })
  }
  const all = await when('fetched', 5)
  expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['voice', 'video', 'image']))
  const files = readdirSync(house.mediaFolder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  expect(files).toHaveLength(3)
})

test('what can’t be had is listed, with the platform’s reason; nothing is written', async () => {
  await resident.sendRaw({ MsgType: 'image', PicUrl: '', MediaId: 'no-such-media' })
  const [media] = await when('refused')
  expect(media).toMatchObject({ code: '40007', reason: expect.stringContaining('rid: ') })
  expect(existsSync(house.mediaFolder)).toBe(false)
})

test('a platform that is busy is asked again later, until it has forgotten', async () => {
  house.simulator.misbehave({ errcode: -1, path: get })
  await resident.sendImage()
  const put = await house.until(async () => (await inState('waiting')).find(({ code }) => code === '-1'), 'not put off')
  house.simulator.behave()
  house.clock.advance(20_000)
  await when('fetched')
  house.simulator.misbehave({ errcode: -1, path: get })
  await resident.sendImage()
  await house.until(async () => (await inState('waiting')).find(({ code }) => code === '-1'), 'not put off again')
  house.clock.advance(3 * day)
  const [gone] = await when('refused')
  expect(gone).toMatchObject({ code: '-1' })
  expect(gone!.id).not.toBe(put.id)
})

test('a lost queue loses no picture', async () => {
  await house.stopWorkers()
  await resident.sendImage()
  await house.owner.query('DELETE FROM outbox')
  await house.queues.wipe()
  house.clock.advance(120_000)
  await house.startWorkers()
  await when('fetched')
})

test('who leaves takes their pictures along, but for what others sent too', async () => {
  const shared = jpeg('shared')
  const other = house.resident()
  await resident.sendRaw(shared.message)
  await other.sendRaw(shared.message)
  await resident.sendRaw(jpeg('their own').message)
  const all = await when('fetched', 3)
  const own = all.find(({ sha256 }) => sha256 !== createHash('sha256').update(shared.bytes).digest('hex'))!
  const files = all.map(fileOf)
  const [ownFile, sharedFile] = [fileOf(own), files.find((file) => file !== fileOf(own))!]
  await resident.unfollow()
  await house.until(async () => (await inState('erased')).length === 2, 'not erased')
  expect(existsSync(ownFile)).toBe(false)
  expect(existsSync(sharedFile)).toBe(true)
  expect(await readMedia(house.ledger.pool, own.id)).toMatchObject({ sha256: null, contentType: null, bytes: null })
  await other.unfollow()
  await house.until(async () => (await inState('erased')).length === 3, 'not erased')
  expect(existsSync(sharedFile)).toBe(false)
})
