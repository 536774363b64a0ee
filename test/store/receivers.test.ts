import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPickupCode, stepLanes } from '#store'
import type { Claimed, Result, Spend } from '#store'
import { joinResidents, lockPickupCodes } from '../../store/codes.ts'
import { chooseAccount } from '../../store/receivers.ts'
import type { Receiver, Tried } from '../../store/receivers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { emptyLedger } from './arena.ts'
import type { EmptyLedger } from './arena.ts'

const heardAt = new Date('2026-11-23T01:00:00Z')
const receiver = (id: string, more: Partial<Receiver> = {}): Receiver => ({
  id,
  channel: 'official-account',
  addressSealed: Buffer.from('sealed'),
  following: true,
  windows: [{ kind: 'message', until: '2026-11-25T00:00:00Z', left: 1 }],
  heardAt,
  ...more,
})
const refusedBy = (account: string, code: string, heard = heardAt): Tried => ({
  account,
  channel: 'official-account',
  code,
  reason: `said ${code}`,
  heard: heard.toISOString(),
  attempts: 1,
})
const choose = (accounts: Receiver[], tried: Tried[] = []) =>
  chooseAccount(
    accounts,
    tried,
    ({ windows }) => windows,
    (windows) => (windows[0] && windows[0].left > 0 ? [{ ...windows[0], left: windows[0].left - 1 }] : null),
  )

describe('the account a delivery goes to', () => {
  test('is the first that may be written to', () => {
    const [a, b, c] = [receiver('a', { following: false }), receiver('b', { windows: [] }), receiver('c')]
    expect(choose([a, b, c])).toMatchObject({ account: { id: 'c' } })
    expect(choose([receiver('a'), c])).toMatchObject({ account: { id: 'a' }, left: [{ left: 0 }] })
  })

  test('is not one that refused it for good, until that one is heard from again', () => {
    const tried = [refusedBy('a', '48002')]
    expect(choose([receiver('a'), receiver('b')], tried)).toMatchObject({ account: { id: 'b' } })
    const since = receiver('a', { heardAt: new Date(heardAt.getTime() + 1) })
    expect(choose([since, receiver('b')], tried)).toMatchObject({ account: { id: 'a' } })
  })

  test('is none, for the most hopeful reason there is, with what each said', () => {
    expect(choose([])).toEqual({ account: null, code: 'unbound', reason: null })
    expect(choose([receiver('a')], [refusedBy('a', '48002')])).toMatchObject({ code: '48002', reason: 'said 48002' })
    const both = [refusedBy('a', '48002'), refusedBy('b', '45015')]
    expect(choose([receiver('a'), receiver('b')], both)).toEqual({
      account: null,
      code: '45015',
      reason: 'official-account 48002 said 48002; official-account 45015 said 45015',
    })
    expect(choose([receiver('a', { addressSealed: null }), receiver('b', { windows: [] })])).toMatchObject({ code: 'window-closed' }) // prettier-ignore
  })

  test('is always one that may have it, and there is none only when nobody may', () => {
    const account = fc.record({ following: fc.boolean(), sealed: fc.boolean(), left: fc.nat(1), tried: fc.boolean() })
    fc.assert(
      fc.property(fc.array(account, { maxLength: 6 }), (parts) => {
        const accounts = parts.map(({ following, sealed, left }, n) =>
          receiver(String(n), {
            following,
            addressSealed: sealed ? Buffer.from('s') : null,
            windows: [{ kind: 'message', until: '', left }],
          }),
        )
        const tried = parts.flatMap((part, n) => (part.tried ? [refusedBy(String(n), '48002')] : []))
        const chosen = choose(accounts, tried)
        const may = parts.findIndex((part) => part.following && part.sealed && part.left > 0 && !part.tried)
        expect(chosen.account?.id ?? null).toBe(may < 0 ? null : String(may))
      }),
    )
  })
})

describe('in the ledger', () => {
  let ledger: EmptyLedger
  beforeAll(async () => {
    ledger = await emptyLedger()
  })
  afterAll(() => ledger.close())

  const unlimited: Spend = (windows) => windows
  const step = async (
    lane: string,
    finished: { delivery: Claimed; result: Result } | null = null,
    now = new Date(),
  ) => {
    const ended = finished && { ids: [finished.delivery.id], lease: finished.delivery.lease, result: finished.result }
    const stepped = await stepLanes(
      ledger.pool,
      [{ lane, lease: randomUUID(), finished: ended }],
      30_000,
      now,
      unlimited,
    )
    return stepped[0]!.claim
  }
  const claimed = async (...of: Parameters<typeof step>): Promise<Claimed> => {
    const claim = await step(...of)
    if (claim.state !== 'claimed') throw new Error(`not claimed but ${claim.state}`)
    return claim.delivery
  }
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
  const no = (code: string): Result => ({ status: 'refused', code, reason: `said ${code}` })
  const join = async (by: string, of: string) => {
    const code = (await createPickupCode(ledger.pool, of, new Date(Date.now() + 60_000)))!
    await inTransaction(ledger.pool, async (client) => {
      const found = await lockPickupCodes(client, [code], new Date())
      expect(found.get(code)).toBe(of)
      await joinResidents(client, { code, by, of }, new Date())
    })
  }

  test('what one account refuses falls to the next in the same step, keeps its place, and counts attempts anew', async () => {
    const personId = await ledger.person('bd-falls')
    const [older, newer] = [
      await ledger.contact({ personId, lastHeardAt: ago(60) }),
      await ledger.contact({ personId, lastHeardAt: ago(1) }),
    ]
    const { lane, id } = await ledger.delivery({ personId, text: '先' })
    await ledger.delivery({ personId, text: '后' })
    const first = await claimed(lane)
    expect(first.addressSealed.toString()).toBe(`sealed ${newer}`)
    const again = await claimed(lane, { delivery: first, result: no('45015') })
    expect(again).toMatchObject({ id, text: '先', attempts: 1 })
    expect(again.addressSealed.toString()).toBe(`sealed ${older}`)
    expect(await step(lane, { delivery: again, result: no('43004') })).toEqual({ state: 'refused', id, code: '45015' })
    expect(await ledger.statusOf(id)).toMatchObject({ status: 'refused', code: '45015', attempts: 2 })
    expect(await claimed(lane)).toMatchObject({ text: '后' })
  })

  test('what was partly sent goes to nobody else', async () => {
    const personId = await ledger.person('bd-partly')
    await ledger.contact({ personId, lastHeardAt: ago(60) })
    await ledger.contact({ personId })
    const { lane, id } = await ledger.delivery({ personId })
    const first = await claimed(lane)
    expect(await step(lane, { delivery: first, result: no('partly-sent') })).toEqual({ state: 'idle' })
    expect(await ledger.statusOf(id)).toMatchObject({ status: 'refused', code: 'partly-sent' })
  })

  test('an account that was unbound between two sends gets nothing of the second', async () => {
    const personId = await ledger.person('bd-lost')
    const contact = await ledger.contact({ personId })
    const [one, two] = [await ledger.delivery({ personId }), await ledger.delivery({ personId })]
    const first = await claimed(one.lane)
    await ledger.owner.query('UPDATE contact SET person_id = NULL WHERE id = $1', [contact])
    const claim = await step(one.lane, { delivery: first, result: { status: 'sent', platformId: null } })
    expect(claim).toEqual({ state: 'refused', id: two.id, code: 'unbound' })
  })

  test('what was written while the clock was ahead goes out when it is right again; what was put off waits', async () => {
    const contactId = await ledger.contact()
    const ahead = new Date(Date.now() + 3_600_000)
    const { id } = await ledger.delivery({ contactId, createdAt: ahead })
    const first = await claimed(contactId)
    expect(first.id).toBe(id)
    const later = new Date(ahead.getTime() + 3_600_000)
    const off = await step(contactId, { delivery: first, result: { status: 'ready', notBefore: later, code: '-1', reason: 'busy' } }) // prettier-ignore
    expect(off).toEqual({ state: 'later', at: later })
  })

  describe('a resident with several accounts', () => {
    test('gets everything on the one last heard from, in one order over all their lanes, one at a time', async () => {
      const [web, phone] = [
        await ledger.contact({ lastHeardAt: ago(60) }),
        await ledger.contact({ lastHeardAt: ago(1) }),
      ]
      const texts = ['一', '二', '三', '四', '五']
      for (const [n, text] of texts.entries()) await ledger.delivery({ contactId: n % 2 === 0 ? web : phone, text })
      await join(phone, web)
      const gone: string[] = []
      let sending = 0
      const walk = async (lane: string) => {
        let finished: Parameters<typeof step>[1] = null
        for (;;) {
          const claim = await step(lane, finished)
          if (finished !== null) sending -= 1
          if (claim.state !== 'claimed') return
          expect(++sending).toBe(1)
          expect(claim.delivery.addressSealed.toString()).toBe(`sealed ${phone}`)
          gone.push(claim.delivery.text)
          finished = { delivery: claim.delivery, result: { status: 'sent', platformId: null } }
        }
      }
      await Promise.all([walk(web), walk(phone), walk(web)])
      expect(gone).toEqual(texts)
    })

    test('both lanes in one batch are one person', async () => {
      const [web, phone] = [await ledger.contact(), await ledger.contact()]
      await join(phone, web)
      await ledger.delivery({ contactId: web })
      await ledger.delivery({ contactId: phone })
      const steps = [phone, web].map((lane) => ({ lane, lease: randomUUID(), finished: null }))
      const stepped = await stepLanes(ledger.pool, steps, 30_000, new Date(), unlimited)
      expect(stepped.map(({ claim }) => claim.state)).toEqual(['claimed', 'idle'])
    })

    test('stays one, however many are joined in whatever order, also by each other', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 6 }), async (pairs) => {
          const ids: string[] = []
          for (let n = 0; n < 5; n++) ids.push(await ledger.contact())
          const groups = ids.map((_, n) => new Set([n]))
          for (const [a, b] of pairs) {
            await join(ids[a]!, ids[b]!)
            const union = new Set([...groups[a]!, ...groups[b]!])
            for (const n of union) groups[n] = union
          }
          const { rows } = await ledger.owner.query<{ id: string; root: string }>(
            'SELECT id, COALESCE(resident_id, id) AS root FROM contact WHERE id = ANY($1)',
            [ids],
          )
          const rootOf = new Map(rows.map(({ id, root }) => [id, root]))
          for (const [n, group] of groups.entries()) {
            for (const m of ids.keys()) expect(rootOf.get(ids[n]!) === rootOf.get(ids[m]!)).toBe(group.has(m))
            // Who the others joined points at nobody.
            expect(rootOf.get(rootOf.get(ids[n]!)!)).toBe(rootOf.get(ids[n]!))
          }
        }),
        { numRuns: 15 },
      )
    })

    test('two who join each other at the same moment are one, not nobody', async () => {
      for (let n = 0; n < 5; n++) {
        const [a, b] = [await ledger.contact(), await ledger.contact()]
        await Promise.all([join(a, b), join(b, a)])
        const { rows } = await ledger.owner.query<{ root: string }>(
          'SELECT DISTINCT COALESCE(resident_id, id) AS root FROM contact WHERE id = ANY($1)',
          [[a, b]],
        )
        expect(rows).toHaveLength(1)
      }
    })
  })

  test('a pickup code lies in the ledger as a hash, is good once and for its contact only, and voids the one before', async () => {
    const contact = await ledger.contact()
    const soon = new Date(Date.now() + 60_000)
    const [old, code] = [
      await createPickupCode(ledger.pool, contact, soon),
      await createPickupCode(ledger.pool, contact, soon),
    ]
    expect(code).toMatch(/^\d{8}$/)
    const lock = (codes: string[], now = new Date()) =>
      inTransaction(ledger.pool, (client) => lockPickupCodes(client, codes, now))
    expect([...(await lock([old!, code!, '00000000']))]).toEqual([[code, contact]])
    expect((await lock([code!], new Date(soon.getTime() + 1))).size).toBe(0)
    await inTransaction(ledger.pool, (client) =>
      joinResidents(client, { code: code!, by: contact, of: contact }, new Date()),
    )
    expect((await lock([code!])).size).toBe(0)
    const { rows } = await ledger.owner.query(`SELECT string_agg(p::text, ' ') AS all FROM pickup_code p`)
    expect(rows[0].all).not.toContain(code)
    expect(await createPickupCode(ledger.pool, randomUUID(), soon)).toBeNull()
  })
})
