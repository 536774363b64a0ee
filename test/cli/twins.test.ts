import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectSimulator } from '#simulators'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../support/house.ts'
import { CommandLine } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

interface Twins {
  twins: { number: string; other: string; likeness: number; reason: { place: string | null; matters: string[] } }[]
  hot: { people: number; numbers: string[]; summary: string[]; areas: string[] }[]
}

const told = [
  '晨光佳苑3号楼门口的路灯坏了两周没人修，电话13912345678',
  '辰光佳苑三号楼底下黑灯瞎火，路灯坏了，我叫刘长河',
  '晨光佳苑3号楼那盏路灯不亮，老人摔了，我叫刘长河',
  '平川区长虹小区电梯停了三天',
]

describe('mashang twins, beside a running start', () => {
  const cli = new CommandLine()
  beforeAll(async () => {
    await cli.start()
    const { url } = JSON.parse(readFileSync(join(cli.dataDir, 'simulator.json'), 'utf8')) as { url: string }
    const connection = connectSimulator(url, { watch: false })
    for (const [at, text] of told.entries()) {
      const person = connection.person(`twin-${at}`)
      await person.scan('s-st-02')
      await person.say(text)
    }
    connection.close()
    await until(async () => (await read()).twins.length >= 2, 'no twins were found', 60_000)
  }, 120_000)
  afterAll(() => cli.end())

  const read = async (...args: string[]): Promise<Twins> => (await cli.run(['twins', '--json', ...args])).json<Twins>()

  it('shows what is likely one matter with why, and what three people raise', async () => {
    const { twins, hot } = await read()
    for (const { number, other, likeness, reason } of twins) {
      expect(number).not.toBe(other)
      expect(likeness).toBeGreaterThan(0.6)
      expect(reason).toMatchObject({ place: 'same', matters: expect.arrayContaining(['路灯']) })
    }
    expect(hot).toHaveLength(1)
    expect(hot[0]).toMatchObject({ people: 3, areas: [expect.stringContaining('晨光佳苑')] })
    expect(hot[0]!.numbers).toHaveLength(3)
    expect(hot[0]!.summary.join('')).not.toMatch(/\d|刘长河/)
    expect(hot[0]!.summary.length).toBeGreaterThan(0)
  })

  it('is a table for people, without numbers and names of those who spoke', async () => {
    const { code, stdout } = await cli.run(['twins'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/编号 \d+-\d {2}与 {2}编号 \d+-\d {2}相似度 \d+%/)
    expect(stdout).toContain('都说到路灯')
    expect(stdout).toContain('热点问题（1 个）')
    expect(stdout).not.toMatch(/13912345678|刘长河/)
    const hot = (await cli.run(['twins', '--hot'])).stdout
    expect(hot).toContain('3 人  3 件')
    expect(hot).not.toContain('相似度')
  })

  it('keeps to an area, and says so where there is none such', async () => {
    expect((await read('--area', '620402')).twins.length).toBeGreaterThan(0)
    expect(await read('--area', '620403')).toEqual({ twins: [], hot: [] })
    const wrong = await cli.run(['twins', '--area', '000000'])
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('--area: 000000')
  })

  it('has them found anew', async () => {
    const before = await read()
    await cli.run(['twins', '--rebuild'])
    await until(async () => (await read()).twins.length === before.twins.length, 'they were not found again', 60_000)
    expect(await read()).toEqual(before)
  })
})
