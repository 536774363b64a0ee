import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { until } from '../support/house.ts'
import { CommandLine, answers, freePort, isRunning } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let cli: CommandLine
beforeEach(() => {
  cli = new CommandLine()
})
afterEach(() => cli.end())

describe('what hinders a start', () => {
  it('is told all at once, each in a line that names its setting', async () => {
    const taken = createServer().listen(0, '0.0.0.0')
    await once(taken, 'listening')
    const port = String((taken.address() as AddressInfo).port)
    writeFileSync(join(cli.folder, 'file'), '')
    // Not even root can write there.
    const dataDir = join(cli.folder, 'file', 'under')
    const env = {
      PORT: port,
      DATA_DIR: dataDir,
      CITY: 'atlantis',
      LOG_LEVEL: 'loud',
      OFFICIAL_ACCOUNT_AES_KEY: 'short',
    }
    const { code, stdout, stderr } = await cli.run(['start'], env)
    taken.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const lines = stderr.trimEnd().split('\n')
    expect(lines.every((line) => line.startsWith('mashang: '))).toBe(true)
    for (const words of [
      'OFFICIAL_ACCOUNT_AES_KEY: copy the 43 letters',
      'OFFICIAL_ACCOUNT_TOKEN: not set',
      'LOG_LEVEL: write one of',
      `PORT: ${port} is taken`,
      `DATA_DIR: ${dataDir} can't be written to (ENOTDIR)`,
      'set CITY to one of baiyin-demo',
    ]) {
      expect(lines.filter((line) => line.includes(words))).toHaveLength(1)
    }
  })

  it('a database that does not answer is told as its setting', async () => {
    const port = await freePort()
    const { code, stderr } = await cli.run(['start'], {
      PORT: String(await freePort()),
      DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/nothing`,
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^mashang: DATABASE_URL: the database can't be reached \(ECONNREFUSED\)\. Set DATABASE_URL /)
  })

  it('without an account, only the whole house', async () => {
    const { code, stderr } = await cli.run(['start', '--only', 'bot'], { PORT: String(await freePort()) })
    expect(code).toBe(1)
    expect(stderr).toContain('mashang: OFFICIAL_ACCOUNT_APP_ID: ')
    expect(cli.postgresPid()).toBeUndefined()
  })
})

it('starts, is ready, refuses its port to a second, and on Ctrl-C drains within 10 s', async () => {
  const { child, output, ended, port } = await cli.start()
  expect(await answers(`http://127.0.0.1:${port}/healthz`)).toBe(true)
  expect(output.stdout).toContain(`http://127.0.0.1:${port}/channels/official-account`)

  const second = await cli.run(['start'], { PORT: String(port) })
  expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' })
  expect(second.stderr).toBe(`mashang: PORT: ${port} is taken by another program; set PORT to a free one\n`)
  expect(await answers(`http://127.0.0.1:${port}/readyz`)).toBe(true)

  const began = performance.now()
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  expect(performance.now() - began).toBeLessThan(10_000)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('已停止。')
  expect(await answers(`http://127.0.0.1:${port}/healthz`)).toBe(false)
  expect(cli.postgresPid()).toBeUndefined()
})

it('after kill -9 the next start takes over the database and has everything', async () => {
  const first = await cli.start()
  const said = await cli.run(['chat'], {}, '楼下路灯坏了两周没人修\n')
  const number = /编号 ([\d-]{4,})。/.exec(said.stdout)![1]!
  const postgres = cli.postgresPid()!
  process.kill(first.pid, 'SIGKILL')
  expect((await first.ended).code).toBe(137)
  expect(isRunning(postgres)).toBe(true)

  const next = await cli.start({ PORT: String(first.port) })
  expect(cli.postgresPid()).toBe(postgres)
  const asked = await cli.run(['chat'], {}, '进度\n')
  expect(asked.stdout.slice(asked.stdout.indexOf('您反映的事'))).toContain(`编号 ${number}`)
  expect((await cli.run(['verify', '--json'])).json()).toMatchObject({ cases: 1, faults: [] })

  next.child.kill('SIGINT')
  expect((await next.ended).code).toBe(0)
  // It is the second's to stop, though the first started it.
  expect(isRunning(postgres)).toBe(false)
})

it('the launcher killed outright leaves neither house nor database behind', async () => {
  const { child, pid, port } = await cli.start()
  const postgres = cli.postgresPid()!
  child.kill('SIGKILL')
  await until(() => !isRunning(pid) && !isRunning(postgres), 'the house outlived its launcher', 20_000)
  expect(await answers(`http://127.0.0.1:${port}/healthz`)).toBe(false)
})

it('a data folder that holds no key as it should is told, and nothing runs on', async () => {
  mkdirSync(cli.dataDir, { mode: 0o700 })
  writeFileSync(join(cli.dataDir, 'master.key'), 'not a key\n')
  const { code, stderr } = await cli.run(['start'], { PORT: String(await freePort()) })
  expect(code).toBe(1)
  expect(stderr).toMatch(/master\.key does not hold 32 bytes.*MASTER_KEY/)
  expect(cli.postgresPid()).toBeUndefined()
  rmSync(join(cli.dataDir, 'master.key'))
})
