import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import type { Channel, SendOutcome } from '#channels'
import { openKeyring } from '#store'
import { createBusyLanes } from '../../workers/busy-lanes.ts'
import { createDeliver } from '../../workers/deliver.ts'
import { emptyLedger } from '../store/arena.ts'
import type { EmptyLedger } from '../store/arena.ts'
import { until } from '../support/house.ts'

let ledger: EmptyLedger | undefined
afterEach(async () => {
  await ledger?.close()
  ledger = undefined
})

/** Three deliveries on one resident's lane, and a deliver over a channel that sends as it is told. */
async function scene(
  send: (text: string) => Promise<SendOutcome>,
  { patienceMs, perSecond = 100 }: { patienceMs?: number; perSecond?: number } = {},
) {
  const opened = (ledger = await emptyLedger())
  const keyring = await openKeyring(opened.pool, randomBytes(32))
  const lane = await opened.contact()
  await opened.owner.query('UPDATE contact SET address_sealed = $2 WHERE id = $1', [lane, keyring.seal('o-somebody')])
  const rows: { id: string }[] = []
  for (const text of ['一', '二', '三']) rows.push(await opened.delivery({ contactId: lane, text }))
  const channel = {
    name: 'official-account',
    rules: { name: 'official-account', mostBytes: 2048, sends: ['text'], perSecond, limited: false },
    send: (_address: string, message: { text: string }) => send(message.text),
  } as unknown as Channel
  const deliver = () =>
    createDeliver({
      pool: opened.pool,
      keyring,
      channels: [channel],
      clock: () => new Date(),
      log: pino({ level: 'silent' }),
      lanes: createBusyLanes(),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    })
  return {
    deliver,
    job: [{ lane }, { attempt: 1, id: 'o-1' }] as const,
    /** As if another house's key had sealed it. */
    async sealOtherwise() {
      const sealed = keyring.seal('o-somebody')
      sealed[sealed.length - 1]! ^= 1
      await opened.owner.query('UPDATE contact SET address_sealed = $2 WHERE id = $1', [lane, sealed])
    },
    statuses: () => Promise.all(rows.map(async ({ id }) => (await opened.statusOf(id)).status)),
  }
}

/** The server commits, and its word of these commits (the first is 1) never arrives. */
function loseAnswersToCommit(pool: pg.Pool, which: number[]): { lost(): number } {
  let commits = 0
  let lost = 0
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  pool.connect = (async () => {
    const client = await connect()
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
    client.query = ((...args: unknown[]) => {
      const answer = query(...args)
      if (args[0] !== 'COMMIT' || !which.includes(++commits)) return answer
      lost += 1
      return answer.then(() => Promise.reject(new Error('Connection terminated unexpectedly')))
    }) as typeof client.query
    const release = client.release.bind(client)
    client.release = (error) => {
      client.query = query as typeof client.query
      client.release = release
      release(error)
    }
    return client
  }) as typeof pool.connect
  return { lost: () => lost }
}

const gone: SendOutcome = { status: 'sent', platformId: null }

test('one told to rest ends the send it began, and leaves the rest of the lane to others', async () => {
  const said: string[] = []
  const begun = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<SendOutcome>()
  const { deliver, job, statuses } = await scene((text) => {
    said.push(text)
    begun.resolve()
    return said.length === 1 ? answer.promise : Promise.resolve(gone)
  })
  const first = deliver()
  const running = first.handle(...job)
  await begun.promise
  first.rest()
  expect(await statuses()).toEqual(['sending', 'ready', 'ready'])
  answer.resolve(gone)
  expect(await running).toEqual({ do: 'snooze', afterMs: 0 })
  expect(await statuses()).toEqual(['sent', 'ready', 'ready'])
  expect(await first.handle(...job)).toEqual({ do: 'snooze', afterMs: 0 })

  expect(await deliver().handle(...job)).toEqual({ do: 'done' })
  expect(await statuses()).toEqual(['sent', 'sent', 'sent'])
  expect(said).toEqual(['一', '二', '三'])
})

test('a step whose commit went through though its answer did not loses nothing: neither what was sent, nor what it took', async () => {
  const said: string[] = []
  const { deliver, job, statuses } = await scene((text) => {
    said.push(text)
    return Promise.resolve(gone)
  })
  const answers = loseAnswersToCommit(ledger!.pool, [1, 2, 4])
  expect(await deliver().handle(...job)).toEqual({ do: 'done' })
  expect(answers.lost()).toBe(3)
  expect(await statuses()).toEqual(['sent', 'sent', 'sent'])
  expect(said).toEqual(['一', '二', '三'])
})

test('a send that never ends is unknown, and holds up nobody', async () => {
  const never = new Promise<SendOutcome>(() => {})
  const { deliver, job, statuses } = await scene((text) => (text === '二' ? never : Promise.resolve(gone)), {
    patienceMs: 200,
  })
  expect(await deliver().handle(...job)).toEqual({ do: 'done' })
  expect(await statuses()).toEqual(['sent', 'unknown', 'sent'])
})

test('an address that no key of ours opens is refused at once, and nothing is sent', async () => {
  const said: string[] = []
  const { deliver, job, statuses, sealOtherwise } = await scene((text) => {
    said.push(text)
    return Promise.resolve(gone)
  })
  await sealOtherwise()
  expect(await deliver().handle(...job)).toEqual({ do: 'done' })
  expect(await statuses()).toEqual(['refused', 'refused', 'refused'])
  expect(said).toEqual([])
})

test('without leave in time nothing is sent, then or later, and the attempt is made again', async () => {
  const said: string[] = []
  const { deliver, job, statuses } = await scene(
    (text) => {
      said.push(text)
      return Promise.resolve(gone)
    },
    { patienceMs: 300, perSecond: 1 },
  )
  const { handle } = deliver()
  expect(await handle(...job)).toMatchObject({ do: 'snooze' })
  expect(await statuses()).toEqual(['sent', 'ready', 'ready'])
  await until(async () => {
    await handle(...job)
    return (await statuses())[1] === 'sent'
  })
  expect(said.filter((text) => text === '二')).toHaveLength(1)
})
