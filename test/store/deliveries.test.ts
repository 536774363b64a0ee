import { randomUUID } from 'node:crypto'

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createBatches } from '#base'
import { expireSending, retryUnbound, stepLanes, waitingLanes } from '#store'
import type { Claim, Claimed, Result, Spend, Step, Stepped } from '#store'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

let ledger: EmptyLedger
beforeAll(async () => {
  ledger = await emptyLedger()
})
afterAll(() => ledger.close())

const unlimited: Spend = (windows) => windows
const leaseMs = 30_000
const take = async (lane: string, { now = new Date(), spend = unlimited } = {}): Promise<Claim> => {
  const stepped = await stepLanes(ledger.pool, [{ lane, lease: randomUUID(), finished: null }], leaseMs, now, spend)
  return stepped[0]!.claim
}
const claimed = (answer: Claim): Claimed => {
  if (answer.state !== 'claimed') throw new Error(`not claimed but ${answer.state}`)
  return answer.delivery
}
/** Writes down a result without stepping on: nobody is on the lane it asks for next. */
const finish = async ({ id, lease }: { id: string; lease: string }, result: Result) => {
  const step = { lane: randomUUID(), lease: randomUUID(), finished: { ids: [id], lease, result } }
  return (await stepLanes(ledger.pool, [step], leaseMs, new Date(), unlimited))[0]!.ours
}
const sent = (delivery: Claimed) => finish(delivery, { status: 'sent', platformId: null })
const loseLease = (id: string) =>
  ledger.owner.query(`UPDATE delivery SET lease_until = now() - interval '1 second' WHERE id = $1`, [id])

describe('the order of a lane', () => {
  test('is the ledger’s: only the lowest unfinished one is taken, whatever was added when', async () => {
    const contactId = await ledger.contact()
    const rows = []
    for (const text of ['第一', '第二', '第三']) rows.push(await ledger.delivery({ contactId, text }))
    const said: string[] = []
    for (let n = 0; n < rows.length; n++) {
      const delivery = claimed(await take(contactId))
      said.push(delivery.text)
      // While it is on its way nobody gets the next one.
      expect(await take(contactId)).toEqual({ state: 'idle' })
      expect(await sent(delivery)).toBe(true)
    }
    expect(said).toEqual(['第一', '第二', '第三'])
    expect(await take(contactId)).toEqual({ state: 'idle' })
  })

  test('holds with many claimers at once: each is taken by one, one at a time, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 8 }), async (many, claimers) => {
        const contactId = await ledger.contact()
        const ids: string[] = []
        for (let n = 0; n < many; n++) ids.push((await ledger.delivery({ contactId })).id)
        const taken: string[] = []
        let onTheWay = 0
        const work = async () => {
          while (taken.length < many) {
            const answer = await take(contactId)
            if (answer.state !== 'claimed') continue
            onTheWay += 1
            expect(onTheWay).toBe(1)
            taken.push(answer.delivery.id)
            onTheWay -= 1
            expect(await sent(answer.delivery)).toBe(true)
          }
        }
        await Promise.all(Array.from({ length: claimers }, work))
        expect(taken).toEqual(ids)
      }),
      { numRuns: 8 },
    )
  })

  test('a later try keeps its place: the next one waits behind it', async () => {
    const contactId = await ledger.contact()
    const first = await ledger.delivery({ contactId })
    await ledger.delivery({ contactId })
    const notBefore = new Date(Date.now() + 60_000)
    const delivery = claimed(await take(contactId))
    expect(await finish(delivery, { status: 'ready', notBefore, code: '-1', reason: 'busy' })).toBe(true)
    expect(await take(contactId)).toEqual({ state: 'later', at: notBefore })
    const again = claimed(await take(contactId, { now: notBefore }))
    expect(again).toMatchObject({ id: first.id, attempts: 2 })
  })
})

describe('a lease', () => {
  test('that ran out makes the send unknown; what its sender says later is not written, and the next one goes', async () => {
    const contactId = await ledger.contact()
    const [first, second] = [await ledger.delivery({ contactId }), await ledger.delivery({ contactId })]
    const slow = claimed(await take(contactId))
    expect(await expireSending(ledger.pool)).toBe(0)
    await loseLease(first.id)
    expect(await expireSending(ledger.pool)).toBe(1)
    expect(await ledger.statusOf(first.id)).toMatchObject({ status: 'unknown', code: 'lost', lease: null })

    const next = claimed(await take(contactId))
    expect(next.id).toBe(second.id)
    expect(await sent(slow)).toBe(false)
    expect(await ledger.statusOf(first.id)).toMatchObject({ status: 'unknown' })
    expect(await sent(next)).toBe(true)
  })

  test('holds for the step that took it, made again because it failed after its commit; and runs anew', async () => {
    const contactId = await ledger.contact()
    const { id } = await ledger.delivery({ contactId })
    const step = { lane: contactId, lease: randomUUID(), finished: null }
    const make = async () => (await stepLanes(ledger.pool, [step], leaseMs, new Date(), unlimited))[0]!.claim
    expect(claimed(await make()).id).toBe(id)
    await ledger.owner.query(`UPDATE delivery SET lease_until = now() + interval '1 second' WHERE id = $1`, [id])
    expect(claimed(await make()).id).toBe(id)
    const { rows } = await ledger.owner.query<{ left: number }>(
      'SELECT extract(epoch FROM lease_until - now())::float8 AS left FROM delivery WHERE id = $1',
      [id],
    )
    expect(rows[0]!.left).toBeGreaterThan(20)
    expect(await take(contactId)).toEqual({ state: 'idle' })
  })

  test('of somebody else writes nothing', async () => {
    const contactId = await ledger.contact()
    const { id } = await ledger.delivery({ contactId })
    const delivery = claimed(await take(contactId))
    expect(await sent({ ...delivery, lease: randomUUID() })).toBe(false)
    expect(await ledger.statusOf(id)).toMatchObject({ status: 'sending' })
    expect(await sent(delivery)).toBe(true)
    expect(await sent(delivery)).toBe(false)
  })

  test('an unknown one is finished, for order: it is neither taken again nor in the way', async () => {
    const contactId = await ledger.contact()
    await ledger.delivery({ contactId })
    const second = await ledger.delivery({ contactId })
    const delivery = claimed(await take(contactId))
    await finish(delivery, { status: 'unknown', code: 'TIMEOUT', reason: 'no answer in time' })
    expect(claimed(await take(contactId)).id).toBe(second.id)
  })
})

describe('many lanes in one step', () => {
  test('each goes its own way, in its own order, whoever steps beside', async () => {
    const lanes = new Map<string, { all: string[]; gone: string[] }>()
    for (let n = 0; n < 12; n++) {
      const contactId = await ledger.contact()
      const all: string[] = []
      for (let m = 0; m < 1 + (n % 4); m++) all.push((await ledger.delivery({ contactId })).id)
      lanes.set(contactId, { all, gone: [] })
    }
    // As two worker processes do it: steps of many lanes share a transaction, and one that fails is made again alone.
    const process = () => {
      const steps = createBatches<Step, Stepped>(
        (batch) => stepLanes(ledger.pool, batch, leaseMs, new Date(), unlimited),
        {
          most: 64,
          secondFrom: 1,
          keyOf: ({ lane }) => lane,
        },
      )
      return async (lane: string) => {
        let finished: Step['finished'] = null
        for (;;) {
          const { ours, claim }: Stepped = await steps.add({ lane, lease: randomUUID(), finished })
          expect(ours).toBe(true)
          if (claim.state !== 'claimed') return
          lanes.get(lane)!.gone.push(claim.delivery.id)
          finished = {
            ids: [claim.delivery.id],
            lease: claim.delivery.lease,
            result: { status: 'sent', platformId: null },
          }
        }
      }
    }
    const names = [...lanes.keys()]
    const [one, other] = [process(), process()]
    await Promise.all([...names.map(one), ...names.toReversed().map(other)])
    for (const { all, gone } of lanes.values()) expect(gone).toEqual(all)
  })

  test('a lane named twice is stepped on once', async () => {
    const contactId = await ledger.contact()
    await ledger.delivery({ contactId })
    await ledger.delivery({ contactId })
    const twice = [1, 2].map(() => ({ lane: contactId, lease: randomUUID(), finished: null }))
    const stepped = await stepLanes(ledger.pool, twice, leaseMs, new Date(), unlimited)
    expect(stepped.map(({ claim }) => claim.state)).toEqual(['claimed', 'idle'])
  })

  test('a person’s own lane finds their latest account, also beside the lane of an earlier one', async () => {
    for (let n = 0; n < 6; n++) {
      const personId = await ledger.person(`bd-beside-${n}`)
      const earlier = await ledger.contact({ personId, following: false, lastHeardAt: new Date(Date.now() - 60_000) })
      const latest = await ledger.contact({ personId })
      const asResident = await ledger.delivery({ contactId: earlier })
      const asDeputy = await ledger.delivery({ personId })
      const steps = [asResident, asDeputy].map(({ lane }) => ({ lane, lease: randomUUID(), finished: null }))
      const stepped = await stepLanes(ledger.pool, steps, leaseMs, new Date(), unlimited)
      expect(stepped[0]!.claim).toEqual({ state: 'refused', id: asResident.id, code: 'left' })
      expect(claimed(stepped[1]!.claim).addressSealed.toString()).toBe(`sealed ${latest}`)
    }
  })
})

describe('who it goes to', () => {
  test('nobody who has left, and nobody unknown: refused, and the next claim goes on', async () => {
    const gone = await ledger.contact({ following: false })
    const row = await ledger.delivery({ contactId: gone })
    expect(await take(gone)).toEqual({ state: 'refused', id: row.id, code: 'left' })
    expect(await ledger.statusOf(row.id)).toMatchObject({ status: 'refused', code: 'left', attempts: 0 })
    expect(await take(gone)).toEqual({ state: 'idle' })

    const erased = await ledger.contact({ sealed: false })
    const unsealed = await ledger.delivery({ contactId: erased })
    expect(await take(erased)).toEqual({ state: 'refused', id: unsealed.id, code: 'unbound' })
  })

  test('a person with several accounts gets it on the one they last wrote from, if they still follow', async () => {
    const personId = await ledger.person('bd-two')
    const older = await ledger.contact({ personId, lastHeardAt: new Date(Date.now() - 1_000) })
    const newer = await ledger.contact({ personId })
    const { lane } = await ledger.delivery({ personId })
    const first = claimed(await take(lane))
    expect(first.addressSealed.toString()).toBe(`sealed ${newer}`)
    await sent(first)
    await ledger.owner.query('UPDATE contact SET following = false WHERE id = $1', [newer])
    await ledger.delivery({ personId })
    expect(claimed(await take(lane)).addressSealed.toString()).toBe(`sealed ${older}`)
  })

  test('a person who bound an account just now gets what found nobody a moment before', async () => {
    const personId = await ledger.person('bd-late')
    const early = await ledger.delivery({
      personId,
      status: 'refused',
      code: 'unbound',
      createdAt: new Date(Date.now() - 60_000),
    })
    await ledger.contact({ personId })
    const row = await ledger.delivery({ personId, status: 'refused', code: 'unbound' })
    const other = await ledger.delivery({ personId, status: 'refused', code: 'left' })
    expect(await retryUnbound(ledger.pool, new Date())).toBe(1)
    expect(await ledger.statusOf(row.id)).toMatchObject({ status: 'ready', code: null })
    // From before the binding: they were shown those cases when they bound.
    expect(await ledger.statusOf(early.id)).toMatchObject({ status: 'refused' })
    expect(await ledger.statusOf(other.id)).toMatchObject({ status: 'refused' })
    expect(await retryUnbound(ledger.pool, new Date())).toBe(0)
    // Off the rolls there is nobody: it would be refused again, and found again, with every sweep.
    await ledger.delivery({ personId, status: 'refused', code: 'unbound' })
    await ledger.owner.query('UPDATE person SET active = false WHERE id = $1', [personId])
    expect(await retryUnbound(ledger.pool, new Date())).toBe(0)
  })
})

describe('windows', () => {
  const one: Spend = (windows) =>
    windows[0] && windows[0].left > 0 ? [{ ...windows[0], left: windows[0].left - 1 }] : null
  const open = (left: number) => [{ kind: 'message', until: new Date(Date.now() + 60_000).toISOString(), left }]

  test('are spent with the claim, and refuse what is beyond them', async () => {
    const contactId = await ledger.contact({ windows: open(2) })
    for (let n = 0; n < 3; n++) await ledger.delivery({ contactId })
    for (let n = 0; n < 2; n++) await sent(claimed(await take(contactId, { spend: one })))
    expect(await take(contactId, { spend: one })).toMatchObject({ state: 'refused', code: 'window-closed' })
    const { rows } = await ledger.owner.query<{ windows: { left: number }[] }>(
      'SELECT windows FROM contact WHERE id = $1',
      [contactId],
    )
    expect(rows[0]!.windows).toMatchObject([{ left: 0 }])
  })

  test('of one account are never overspent by its two lanes at once', async () => {
    const personId = await ledger.person('bd-lanes')
    const contactId = await ledger.contact({ personId, windows: open(3) })
    for (let n = 0; n < 4; n++) {
      await ledger.delivery({ personId })
      await ledger.delivery({ contactId })
    }
    const lanes = [`person:${personId}`, contactId]
    const answers = await Promise.all(
      lanes.map(async (lane) => {
        const states: string[] = []
        for (;;) {
          const answer = await take(lane, { spend: one })
          if (answer.state === 'idle') return states
          states.push(answer.state)
          if (answer.state === 'claimed') await sent(answer.delivery)
        }
      }),
    )
    expect(answers.flat().filter((state) => state === 'claimed')).toHaveLength(3)
    expect(answers.flat()).toHaveLength(8)
  })
})

describe('the sweep’s look', () => {
  const all = { after: '', most: 1_000 }

  test('finds lanes that have waited too long, each once, and no others', async () => {
    const now = new Date()
    const [waiting, fresh, later, busy] = [
      await ledger.contact(),
      await ledger.contact(),
      await ledger.contact(),
      await ledger.contact(),
    ]
    const old = new Date(now.getTime() - 10_000)
    await ledger.delivery({ contactId: waiting, createdAt: old })
    await ledger.delivery({ contactId: waiting, createdAt: old })
    await ledger.delivery({ contactId: fresh, createdAt: new Date(now.getTime() - 1_000) })
    await ledger.delivery({ contactId: later, createdAt: old, notBefore: new Date(now.getTime() + 60_000) })
    await ledger.delivery({ contactId: busy, createdAt: old, status: 'sent' })
    const { waiting: lanes } = await waitingLanes(ledger.pool, now, 5_000, all)
    expect(lanes.filter((lane) => [waiting, fresh, later, busy].includes(lane))).toEqual([waiting])
    // The clock was an hour ahead when it was written, and is right again.
    const early = await ledger.contact()
    const ahead = new Date(now.getTime() + 3_600_000)
    await ledger.delivery({ contactId: early, createdAt: ahead, notBefore: ahead })
    expect((await waitingLanes(ledger.pool, now, 5_000, all)).waiting).toContain(early)
    expect((await waitingLanes(ledger.pool, new Date(now.getTime() + 70_000), 5_000, all)).waiting).toEqual(
      expect.arrayContaining([waiting, fresh, later]),
    )
  })

  test('goes through the lanes a few at a time, each once, and begins anew at the end', async () => {
    const now = new Date()
    const old = new Date(now.getTime() - 10_000)
    const lanes = await Promise.all([1, 2, 3, 4, 5].map(() => ledger.contact()))
    for (const contactId of lanes) await ledger.delivery({ contactId, createdAt: old })
    const expected = await waitingLanes(ledger.pool, now, 5_000, all)
    expect(expected.last).toBeNull()
    const found: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const { waiting, last }: Awaited<ReturnType<typeof waitingLanes>> = await waitingLanes(ledger.pool, now, 5_000, {
        after,
        most: 2,
      })
      expect(last === null || last > after).toBe(true)
      found.push(...waiting)
      after = last
    }
    expect(found).toEqual(expected.waiting)
    expect(found).toEqual(expect.arrayContaining(lanes))
  })
})
