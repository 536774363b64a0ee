import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resend } from '#store'
import { meantOf, registerDeliveries } from '../../cli/deliveries.ts'
import type { Ledger } from '../../cli/ledger.ts'
import type { Preflight } from '../../cli/preflight.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
const now = new Date('2026-11-23T01:00:00Z')
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

async function office(...words: string[]): Promise<string> {
  const lines: string[] = []
  const log = console.log
  console.log = (line: string) => void lines.push(line)
  const code = process.exitCode
  try {
    const program = new Command().exitOverride()
    registerDeliveries(program, (work) => work({ pool: ledger.pool } as Ledger, {} as Preflight), () => now) // prettier-ignore
    await program.parseAsync(words, { from: 'user' })
  } finally {
    console.log = log
    process.exitCode = code
  }
  return lines.join('\n')
}

const laneOf = async (contactId: string) => {
  const { rows } = await ledger.owner.query<{ id: string; text: string; status: string; of: string | null }>(
    'SELECT id, text, status, resend_of AS of FROM delivery WHERE lane = $1 ORDER BY seq',
    [contactId],
  )
  return rows
}

test('sends anew at the end of the lane, in the old order, each once; the old ones are marked', async () => {
  const contactId = await ledger.contact()
  const one = await ledger.delivery({ contactId, text: '一', status: 'refused', code: '45015', createdAt: now })
  const two = await ledger.delivery({ contactId, text: '二', status: 'refused', code: '48002', createdAt: now })
  await ledger.delivery({ contactId, text: '三' })
  const resent = await resend(ledger.pool, { ids: [two.id, one.id] }, false, now)
  expect(resent.map(({ id, why }) => [id, why])).toEqual([[one.id, null], [two.id, null]]) // prettier-ignore
  expect((await laneOf(contactId)).map(({ text, status, of }) => [text, status, of])).toEqual([
    ['一', 'resent', null],
    ['二', 'resent', null],
    ['三', 'ready', null],
    ['一', 'ready', one.id],
    ['二', 'ready', two.id],
  ])
  const { rows } = await ledger.owner.query('SELECT payload FROM outbox WHERE name = $1', ['deliver'])
  expect(rows).toEqual([{ payload: { lane: contactId } }])
  const again = await resend(ledger.pool, { ids: [one.id] }, true, now)
  expect(again).toMatchObject([{ by: null, why: 'status', status: 'resent' }])
})

test('of many who resend the same at once, one does', async () => {
  const contactId = await ledger.contact()
  const { id } = await ledger.delivery({ contactId, status: 'refused', code: '48002' })
  const all = await Promise.all(Array.from({ length: 6 }, () => resend(ledger.pool, { ids: [id] }, false, now)))
  expect(all.flat().filter(({ by }) => by !== null)).toHaveLength(1)
  expect(await laneOf(contactId)).toHaveLength(2)
})

test('asks for a yes where it may have arrived; leaves alone what was sent, is erased, or is not there', async () => {
  const contactId = await ledger.contact()
  const unknown = await ledger.delivery({ contactId, status: 'unknown', code: 'TIMEOUT' })
  const sent = await ledger.delivery({ contactId, status: 'sent' })
  const erased = await ledger.delivery({ contactId, status: 'refused', code: 'left', text: '' })
  const nobody = '00000000-0000-7000-8000-000000000000'
  await expect(office('deliveries', 'resend', unknown.id)).rejects.toMatchObject({ code: 'DELIVERIES_UNKNOWN' })
  expect(await laneOf(contactId)).toHaveLength(3)
  expect(await resend(ledger.pool, { ids: [unknown.id] }, false, now)).toMatchObject([{ by: null, why: 'unknown' }])
  const lines = (await office('deliveries', 'resend', unknown.id, sent.id, erased.id, nobody, '--yes')).split('\n')
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^${unknown.id}  已重发为 `)),
    `${sent.id}  未重发：不是未送达或不明（sent）`,
    `${erased.id}  未重发：内容已按规定删除（refused）`,
    `${nobody}  未重发：没有这条`,
  ])
  expect((await laneOf(contactId)).filter(({ of }) => of !== null)).toMatchObject([{ of: unknown.id }])
})

test('asks for a yes also where a part of it is known to have arrived', async () => {
  const contactId = await ledger.contact()
  const torn = await ledger.delivery({ contactId, status: 'refused', code: 'partly-sent', createdAt: now })
  await expect(office('deliveries', 'resend', torn.id)).rejects.toMatchObject({ code: 'DELIVERIES_UNKNOWN' })
  const all = ['deliveries', 'resend', '--state', 'refused', '--since', '2h']
  await expect(office(...all)).rejects.toMatchObject({ code: 'DELIVERIES_UNKNOWN' })
  expect(await resend(ledger.pool, { ids: [torn.id] }, false, now)).toMatchObject([{ by: null, why: 'unknown' }])
  expect(await office('deliveries', 'resend', torn.id, '--yes')).toMatch(/已重发为/)
  expect((await laneOf(contactId)).map(({ status }) => status)).toEqual(['resent', 'ready'])
})

test('by state and time: only those written since', async () => {
  const contactId = await ledger.contact()
  const at = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
  await ledger.delivery({ contactId, text: '早', status: 'unknown', createdAt: at(5) })
  const late = await ledger.delivery({ contactId, text: '晚', status: 'unknown', createdAt: at(1) })
  await ledger.delivery({ contactId, text: '别', status: 'refused', code: '48002', createdAt: at(1) })
  const answer = await office('deliveries', 'resend', '--state', 'unknown', '--since', '2h', '--yes', '--json')
  expect(JSON.parse(answer)).toMatchObject([{ id: late.id, status: 'unknown', why: null }])
  expect((await laneOf(contactId)).at(-1)).toMatchObject({ text: '晚', of: late.id, status: 'ready' })
})

test('what is listed can be resent by what the list says of it', async () => {
  const contactId = await ledger.contact()
  const { id } = await ledger.delivery({ contactId, status: 'refused', code: '43101' })
  const listed = JSON.parse(await office('deliveries', '--state', 'refused', '--json')) as { id: string }[]
  expect(listed.find((each) => each.id === id)).toMatchObject({
    code: '43101',
    to: 'resident',
    tried: [],
    resendOf: null,
  })
  expect(await office('deliveries', '--state', 'refused')).toContain(id)
  await office('deliveries', 'resend', id)
  const after = JSON.parse(await office('deliveries', '--state', 'resent', '--json')) as { id: string }[]
  expect(after.map((each) => each.id)).toContain(id)
})

test.each([
  [[], {}],
  [[], { state: 'unknown' }],
  [['x'], {}],
  [['0'.repeat(36)], {}],
  [['00000000-0000-7000-8000-000000000000'], { state: 'unknown', since: '1h' }],
  [[], { state: 'sent', since: '1h' }],
  [[], { state: 'unknown', since: 'yesterday' }],
  [[], { state: 'unknown', since: '2026-11-23' }],
  [[], { state: 'unknown', since: '2026-11-23T09:00' }],
] as const)('%j %j names nothing that can be resent', (ids, options) => {
  expect(() => meantOf(ids, options, now)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^DELIVERIES_/) }),
  )
})

test('a time is read with its zone, or counted back', () => {
  const since = (text: string) => {
    const meant = meantOf([], { state: 'refused', since: text }, now)
    return 'since' in meant ? meant.since.toISOString() : null
  }
  expect(since('30m')).toBe('2026-11-23T00:30:00.000Z')
  expect(since('3d')).toBe('2026-11-20T01:00:00.000Z')
  expect(since('2026-11-23T09:00+08:00')).toBe('2026-11-23T01:00:00.000Z')
})
