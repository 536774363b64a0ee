import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startAccount } from '../../wechaty/account.ts'
import type { Account } from '../../wechaty/account.ts'
import { openLibrary } from '../../wechaty/library.ts'
import type { Wechaty } from '../../wechaty/library.ts'
import { readSwitch } from '../../wechaty/switch.ts'
import { mockPlatform } from '../../drills/groups/mock.ts'
import type { MockContact, MockPuppet } from '../../drills/groups/mock.ts'
import { until } from '../support/house.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 })

type Puppet = MockPuppet & { login(id: string): void; onStart(): Promise<void>; stop(): Promise<void> }

let folder: string
let puppet: Puppet
let wechaty: Wechaty
let me: MockContact
let account: Account
let logged: string[]
/** How often the puppet was told to start. */
let starts: number
/** What becomes of its next start; without any it starts. */
let fates: (() => Promise<void>)[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-account-'))
  const platform = await mockPlatform()
  puppet = platform.puppet as Puppet
  me = platform.mocker.createContact({ name: '码上', id: 'me' })
  wechaty = (await openLibrary(puppet, {})).wechaty
  await wechaty.init()
  logged = []
  starts = 0
  fates = []
  const { onStart } = puppet
  // Logs in by itself, as one does that kept its session.
  puppet.onStart = async () => {
    starts += 1
    await fates.shift()?.()
    await onStart.call(puppet)
    setImmediate(() => puppet.login(me.id))
  }
})
afterEach(async () => {
  await account.stop()
  rmSync(folder, { recursive: true, force: true })
}, 20_000)

function start(patienceMs: number, clock = () => new Date()): void {
  const log = pino({ level: 'debug', base: null }, { write: (line: string) => void logged.push(line) })
  account = startAccount({ wechaty, folder, clock, log, everyMs: 20, patienceMs })
}

const isOn = (withinMs = 15_000) =>
  until(() => account.state().state === 'on', `not on after ${starts} starts: ${logged.join('')}`, withinMs)
const fails = () => Promise.reject(new Error('no network'))

it('a start that failed is tried again until one succeeds', async () => {
  fates = [fails]
  start(30_000)
  await isOn()
  expect(starts).toBe(2)
  expect(logged.join('')).toContain('could not be started')
})

it('stopped by whoever it was, it comes back', async () => {
  start(200)
  await isOn()
  await puppet.stop()
  expect(account.state().state).toBe('starting')
  await isOn()
  expect(starts).toBe(2)
})

it('where the library could not restart its puppet, we do', async () => {
  // The library itself takes five seconds to see that its start failed.
  start(8_000)
  await isOn()
  fates = [fails]
  await puppet.reset('the watchdog heard nothing')
  expect(account.state().state).toBe('starting')
  await isOn(30_000)
  expect(starts).toBe(3)
})

it('a start that never comes back is given up; one that logs in all the same is not', async () => {
  const calls: string[] = []
  const state = { active: () => 'pending' as const }
  const silent = {
    on: () => {},
    isLoggedIn: false,
    puppet: { state },
    start: () => (calls.push('start') === 1 ? new Promise(() => {}) : Promise.resolve()),
    stop: () => (calls.push('stop') === 2 ? new Promise(() => {}) : Promise.resolve()),
  }
  wechaty = silent as unknown as Wechaty
  start(100)
  await until(() => calls.length === 5, 'it waits for ever')
  silent.isLoggedIn = true
  // Neither start nor stop came back the first time; then the library called a puppet started that was not.
  expect(calls).toEqual(['start', 'stop', 'start', 'stop', 'start'])
  await pause(500)
  expect(calls).toHaveLength(5)
  expect(account.state().state).toBe('on')
})

it('a clock that is set back after a failed start does not put off the next one', async () => {
  fates = [fails]
  const failed = () => logged.join('').includes('could not be started')
  start(30_000, () => new Date(Date.now() - (failed() ? 3_600_000 : 0)))
  await isOn()
  expect(starts).toBe(2)
})

it.each([
  ['back, a puppet that is gone is started anew all the same', -3_600_000, 300, ['start', 'stop', 'start']],
  ['forward, a puppet that is gone for a moment is left to itself', 3_600_000, 30_000, ['start']],
] as const)('when the clock is set %s', async (_what, aheadMs, patienceMs, expected) => {
  const calls: string[] = []
  let active = true
  let looks = 0
  let setMs = 0
  const isActive = () => (looks++, active)
  wechaty = {
    on: () => {},
    isLoggedIn: true,
    puppet: { state: { active: isActive } },
    start: async () => (calls.push('start'), (active = true)),
    stop: async () => void calls.push('stop'),
  } as unknown as Wechaty
  start(patienceMs, () => new Date(Date.now() + setMs))
  await until(() => looks > 5, 'it is not looked at')
  active = false
  setMs = aheadMs
  const before = looks
  await until(() => looks > before + 5 && calls.length >= expected.length, 'it is not started anew')
  expect(calls).toEqual(expected)
})

it('thrown out while the disk is full, it stays off, and says so as soon as it can be written', async () => {
  start(30_000)
  await isOn()
  const draft = join(folder, `stopped.json.${process.pid}`)
  mkdirSync(draft)
  await puppet.logout('kicked off by another device')
  await until(() => wechaty.puppet.state.active() === false, 'still connected')
  expect(account.state().stopped).toMatchObject({ why: 'logged-out' })
  expect(existsSync(join(folder, 'stopped.json'))).toBe(false)
  rmdirSync(draft)
  await until(() => readSwitch(folder), 'not written')
  expect(readSwitch(folder)).toMatchObject({ why: 'logged-out' })
  expect(starts).toBe(1)
})
