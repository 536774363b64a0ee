import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Status } from '../../wechaty/switch.ts'
import { freePort } from '../../drills/ports.ts'
import { until } from '../support/house.ts'
import { installLibrary } from '../../drills/groups/mock.ts'
import { fakeHouse, secret, textsOf } from './stage.ts'
import type { FakeHouse } from './stage.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 })

const root = join(import.meta.dirname, '..', '..')
let folder: string
let house: FakeHouse
let child: ChildProcess | null = null
let printed = ''
let env: Record<string, string>

beforeEach(async () => {
  installLibrary()
  folder = mkdtempSync(join(tmpdir(), 'mashang-wechaty-'))
  house = await fakeHouse()
  mkdirSync(join(folder, 'data', 'wechaty'), { recursive: true })
  writeFileSync(join(folder, 'data', 'master.key'), 'nobody else’s business')
  writeFileSync(join(folder, 'data', 'wechaty', 'puppet.mjs'), puppet())
  printed = ''
  env = {
    PATH: process.env['PATH']!,
    HOME: folder,
    DATA_DIR: join(folder, 'data'),
    MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none',
    WECHATY_PUPPET: pathToFileURL(join(folder, 'data', 'wechaty', 'puppet.mjs')).href,
    WECHATY_PUPPET_OPTIONS: '{"token":"told to the puppet"}',
    WECHATY_SECRET: secret,
    WECHATY_HOUSE_URL: house.url,
    WECHATY_GATEWAY_URL: `http://127.0.0.1:${await freePort()}`,
  }
})
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) await ended('SIGKILL')
  child = null
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Logs in by itself, tries what it may not, and says what came of it. */
const puppet = () => `
import { readFileSync, readdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { PuppetMock, mock } from ${JSON.stringify(pathToFileURL(join(root, 'wechaty/library/node_modules/wechaty-puppet-mock/dist/esm/src/mod.js')).href)}
const tried = (act) => { try { act(); return 'done' } catch (error) { return error.code } }
export default class Acting extends PuppetMock {
  constructor(options) {
    const mocker = new mock.Mocker()
    super({ ...options, mocker })
    this.told = options.token
  }
  async onStart() {
    await super.onStart()
    setTimeout(() => {
      const me = this.mocker.cacheContactPayload.has('me') ? this.mocker.ContactMock.load('me') : this.mocker.createContact({ id: 'me', name: '码上' })
      this.mocker.login(me)
      const alice = this.mocker.cacheContactPayload.has('alice') ? this.mocker.ContactMock.load('alice') : this.mocker.createContact({ id: 'alice', name: '阿丽' })
      const say = (text) => alice.say(text).to(me)
      setTimeout(() => {
        say('options ' + this.told)
        say('key ' + tried(() => readFileSync(${JSON.stringify(join(folder, 'data', 'master.key'))})))
        say('env ' + tried(() => readFileSync(${JSON.stringify(join(root, '.env.example'))})))
        say('data ' + tried(() => readdirSync(${JSON.stringify(join(folder, 'data'))})))
        say('store ' + tried(() => readFileSync(${JSON.stringify(join(root, 'store', 'index.ts'))})))
        say('child ' + tried(() => spawnSync('true')))
        say('knows ' + Object.keys(process.env).sort().join(' '))
      }, 300)
    }, 50)
  }
}`

function start(more: Record<string, string> = {}): void {
  child = spawn(process.execPath, [join(root, 'cli.ts'), 'start', '--only', 'wechaty'], {
    cwd: root,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (data) => (printed += String(data)))
}

function ended(signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    child!.once('exit', (code) => resolve(code))
    child!.kill(signal)
  })
}

/** All that the puppet has to say, unless it ends before. */
async function allHeard(): Promise<void> {
  await until(() => house.heard.length >= 7 || child!.exitCode !== null, `not heard; printed: ${printed}`, 60_000)
  expect(child!.exitCode, printed).toBeNull()
}

const status = (): Status => JSON.parse(readFileSync(join(folder, 'data', 'wechaty', 'status.json'), 'utf8')) as Status
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function command(...args: string[]): Promise<{ code: number | null; text: string }> {
  const run = spawn(process.execPath, [join(root, 'cli.ts'), 'wechaty', ...args], { cwd: root, env })
  let text = ''
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (data) => (text += String(data)))
  return new Promise((resolve) => run.once('exit', (code) => resolve({ code, text })))
}

it('is a process of its own that warns, sees nothing of the house, obeys its switch and rises again', async () => {
  start()
  await allHeard()
  expect(printed).toContain('封号风险')
  expect(printed).toMatch(/群聊网关已启动：127\.0\.0\.1:\d+/)
  const [options, ...tries] = textsOf(house.heard)
  expect(options).toBe('options told to the puppet')
  const denied = 'ERR_ACCESS_DENIED'
  expect(tries.slice(0, 5)).toEqual(['key', 'env', 'data', 'store', 'child'].map((what) => `${what} ${denied}`))
  expect(tries[5]).toBe('knows HOME PATH TMPDIR WECHATY_LOG')

  const first = status().pid
  expect(first).not.toBe(child!.pid)
  expect((await command('status')).text).toMatch(/开关：启用\n网关：运行中，账号已登录，运行中/)
  expect((await command('stop')).text).toContain('已停用')
  await until(() => status().state === 'off', 'not off')
  expect((await command('status')).text).toMatch(/开关：停用（人工停用，.+）\n网关：运行中，账号已停用/)
  expect((await command('start')).code).toBe(0)
  await until(() => status().state === 'on', 'not on again')

  // Whatever fells it, the command line raises it again.
  process.kill(first, 'SIGKILL')
  await until(() => status().pid !== first && status().state === 'on', `not raised: ${printed}`, 60_000)
  const second = status().pid
  expect(await ended('SIGTERM')).toBe(0)
  await until(() => !isAlive(second), 'the gateway outlives the command')
  expect(printed).not.toMatch(/阿丽|told to the puppet/)
})

it('goes when whoever started it is gone without a word', async () => {
  start()
  await allHeard()
  const { pid } = status()
  await ended('SIGKILL')
  await until(() => !isAlive(pid), 'the gateway outlives the command')
})

it('says what is missing', async () => {
  start({ WECHATY_PUPPET: '' })
  await until(() => child!.exitCode !== null, 'still there', 30_000)
  expect({ code: child!.exitCode, printed }).toMatchObject({
    code: 1,
    printed: expect.stringContaining('WECHATY_PUPPET'),
  })
  printed = ''
  start({ WECHATY_PUPPET: 'wechaty-puppet-nobody-made' })
  await until(() => child!.exitCode !== null, 'still there', 30_000)
  expect(child!.exitCode).toBe(1)
  expect(printed).toContain('wechaty-puppet-nobody-made')
  expect((await command('dance')).text).toContain('stop, start or status')
})
