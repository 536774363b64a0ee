import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOfficialAccountClient } from '#channels'
import { startOfficialAccountSimulator } from '#simulators'
import type { Simulator } from '#simulators'
import { openKeyring, openTokens, servingConfig } from '#store'
import { testLedger, testPool } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

const account = { appId: 'wx0123456789abcdef', appSecret: 'secret' }
const masterKey = randomBytes(32)
let database: TestDatabase
let owner: pg.Pool
let simulator: Simulator
let now: Date
const clock = () => now
const pools: pg.Pool[] = []

beforeAll(async () => {
  database = await testLedger()
  owner = testPool(database.config)
})
afterAll(async () => {
  await owner.end()
  await database.drop()
})
beforeEach(async () => {
  now = new Date('2026-11-23T01:00:00Z')
  await owner.query('DELETE FROM platform_token')
  simulator = await startOfficialAccountSimulator({ ...account, token: 't', mode: 'plain', clock })
})
afterEach(async () => {
  await simulator.close()
  for (const pool of pools.splice(0)) await pool.end()
})

/** What each process has of its own: connections, keys, and a client. */
async function newProcess() {
  const pool = testPool({ ...servingConfig(database.config), max: 4 })
  pools.push(pool)
  const tokens = openTokens(pool, await openKeyring(pool, masterKey), account.appId, clock)
  const { url } = simulator
  return {
    tokens,
    client: createOfficialAccountClient({ ...account, apiUrl: url, mpUrl: url, clock, tokenStore: tokens }),
  }
}
const someProcesses = (count: number) => Promise.all(Array.from({ length: count }, newProcess))
/** Something that needs a token and changes nothing: nobody has this openid. */
const use = ({ client }: Awaited<ReturnType<typeof newProcess>>) => client.send('oNobody', { type: 'text', text: 'x' })
const understood = { status: 'refused', code: '40003' }

test('of many processes that start at once, one asks for the token, and all use it', async () => {
  const processes = await someProcesses(6)
  const results = await Promise.all(processes.flatMap((each) => [use(each), use(each), use(each)]))
  expect(results).toEqual(results.map(() => expect.objectContaining(understood)))
  expect(simulator.tokens.stableAsked).toBe(1)
})

test('one that is about to end is renewed by one of them', async () => {
  const processes = await someProcesses(4)
  await Promise.all(processes.map(use))
  now = new Date(now.getTime() + 7_150_000)
  expect(await Promise.all(processes.map(use))).toEqual(processes.map(() => expect.objectContaining(understood)))
  expect(simulator.tokens.stableAsked).toBe(2)
})

test('a token that the platform let go of is renewed by one of them, also while all find out at once', async () => {
  const processes = await someProcesses(4)
  await Promise.all(processes.map(use))
  simulator.misbehave({ expireTokens: true })
  expect(await Promise.all(processes.map(use))).toEqual(processes.map(() => expect.objectContaining(understood)))
  expect(simulator.tokens.stableAsked).toBe(2)
})

test('in the database it is sealed', async () => {
  const [one] = await someProcesses(1)
  await use(one!)
  const kept = await one!.tokens.read()
  expect(kept!.value.length).toBeGreaterThan(60)
  const { rows } = await owner.query<{ sealed: Buffer }>('SELECT sealed FROM platform_token')
  expect(rows).toHaveLength(1)
  expect(rows[0]!.sealed.includes(Buffer.from(kept!.value))).toBe(false)
})

test('forcing is allowed 30 s apart and 20 times a day, counted over all processes', async () => {
  const [one, two] = await someProcesses(2)
  const force = ({ tokens }: typeof one & object) => tokens.exclusively((held) => held.mayForce())
  expect(await Promise.all([force(one!), force(two!)])).toEqual(expect.arrayContaining([true, false]))
  now = new Date(now.getTime() + 29_000)
  expect(await force(one!)).toBe(false)
  let allowed = 1
  for (let n = 0; n < 30; n++) {
    now = new Date(now.getTime() + 30_000)
    if (await force(n % 2 ? one! : two!)) allowed += 1
  }
  expect(allowed).toBe(20)
  // The next day in Shanghai.
  now = new Date('2026-11-23T16:00:00Z')
  expect(await force(one!)).toBe(true)
})

test('the same token again, although refused, is forced once; then it waits instead of forcing on', async () => {
  const [one, two] = await someProcesses(2)
  await use(one!)
  await use(two!)
  simulator.misbehave({ errcode: 40001 })
  const results = await Promise.all([use(one!), use(two!)])
  expect(results.every(({ status }) => status === 'retry')).toBe(true)
  const { rows } = await owner.query<{ count: number }>('SELECT forced_count AS count FROM platform_token')
  expect(rows[0]!.count).toBe(1)
  simulator.behave()
  expect(await use(one!)).toMatchObject(understood)
})

test('a process that dies with the lock in hand keeps nobody waiting, and what it counted stays counted', async () => {
  const [one, two] = await someProcesses(2)
  await expect(
    one!.tokens.exclusively(async (held) => {
      await held.mayForce()
      throw new Error('gone')
    }),
  ).rejects.toThrow('gone')
  expect(await two!.tokens.exclusively((held) => held.mayForce())).toBe(false)
})

test('a database that does not answer: put off, never thrown', async () => {
  const [one] = await someProcesses(1)
  await pools[0]!.end()
  pools.length = 0
  expect(await use(one!)).toMatchObject({ status: 'retry', code: 'TOKEN_STORE' })
})
