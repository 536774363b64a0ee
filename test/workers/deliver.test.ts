import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import type { Channel } from '#channels'
import { openKeyring } from '#store'
import { createBusyLanes } from '../../workers/busy-lanes.ts'
import { createDeliver } from '../../workers/deliver.ts'
import { emptyLedger } from '../store/arena.ts'
import type { EmptyLedger } from '../store/arena.ts'

let ledger: EmptyLedger | undefined
afterEach(async () => {
  await ledger?.close()
  ledger = undefined
})

test('one told to rest ends the send it began, and leaves the rest of the lane to others', async () => {
  ledger = await emptyLedger()
  const keyring = await openKeyring(ledger.pool, randomBytes(32))
  const lane = await ledger.contact()
  await ledger.owner.query('UPDATE contact SET address_sealed = $2 WHERE id = $1', [lane, keyring.seal('o-somebody')])
  const rows: { id: string }[] = []
  for (const text of ['一', '二', '三']) rows.push(await ledger.delivery({ contactId: lane, text }))
  const statuses = () => Promise.all(rows.map(async ({ id }) => (await ledger!.statusOf(id)).status))

  const said: string[] = []
  let onTheWire: (() => void) | null = null
  const begun = Promise.withResolvers<void>()
  const channel = {
    name: 'official-account',
    rules: { name: 'official-account', mostBytes: 2048, sends: ['text'], perSecond: 100, limited: false },
    send: async (_address: string, message: { text: string }) => {
      said.push(message.text)
      begun.resolve()
      if (onTheWire === null) await new Promise<void>((resolve) => (onTheWire = resolve))
      return { status: 'sent', platformId: null }
    },
  } as unknown as Channel
  const common = {
    pool: ledger.pool,
    keyring,
    channels: [channel],
    clock: () => new Date(),
    log: pino({ level: 'silent' }),
  }
  const first = createDeliver({ ...common, lanes: createBusyLanes() })
  const job = first.handle({ lane }, { attempt: 1, id: 'o-1' })
  await begun.promise
  first.rest()
  expect(await statuses()).toEqual(['sending', 'ready', 'ready'])
  onTheWire!()
  expect(await job).toEqual({ do: 'snooze', afterMs: 0 })
  expect(await statuses()).toEqual(['sent', 'ready', 'ready'])
  expect(await first.handle({ lane }, { attempt: 1, id: 'o-2' })).toEqual({ do: 'snooze', afterMs: 0 })

  const next = createDeliver({ ...common, lanes: createBusyLanes() })
  expect(await next.handle({ lane }, { attempt: 1, id: 'o-1' })).toEqual({ do: 'done' })
  expect(await statuses()).toEqual(['sent', 'sent', 'sent'])
  expect(said).toEqual(['一', '二', '三'])
})
