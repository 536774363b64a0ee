import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { CommandLine } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const cli = new CommandLine()
beforeAll(() => cli.start(), 120_000)
afterAll(() => cli.end())

it('staff set a case right, and the next model learns from it, beside a running start', async () => {
  const nothing = await cli.run(['train', '--from-ledger'])
  expect({ code: nothing.code, stderr: nothing.stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('mashang triage correct'),
  })
  const { stdout } = await cli.run(['chat'], {}, '晨光佳苑门口的羊肉串摊子天天冒烟\n')
  const number = /编号 (\d[\d-]*\d)/.exec(stdout)![1]!
  const wrong = await cli.run(['triage', 'correct', number, '--topic', '没有的主题'])
  expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({ code: 1, stderr: expect.stringContaining('没有的主题') })
  const set = await cli.run(['triage', 'correct', number, '--topic', '环境保护', '--kind', 'suggestion', '--json'])
  expect(set.json()).toMatchObject({ number, topic: '环境保护', kind: 'suggestion' })
  expect((await cli.run(['triage', 'correct', number, '--topic', '环境保护'])).stdout).toContain(
    `编号 ${number} 已更正：建议·环境保护`,
  )
  const trained = await cli.run(['train', '--from-ledger'])
  expect(trained.stderr).toBe('')
  expect(trained.stdout).toContain('台账中的更正：1 条')
  expect(trained.stdout).toMatch(/已启用 baiyin-demo-1|未启用：/)
  // What a resident said is nobody's to read here.
  expect(trained.stdout).not.toContain('羊肉串')
})

it('past cases are taken in from a table, and what can’t be used of it is set apart', async () => {
  const table = join(cli.folder, '往年.csv')
  writeFileSync(table, '诉求内容,一级分类\n路灯坏了没人修,城乡建设\n公交车不停站,交通运输\n说不清,没有的主题\n')
  const trained = await cli.run(['train', '--corrections', table])
  expect(trained.stderr).toContain('line 4, column 一级分类')
  expect(trained.stderr).toContain(`2 lines taken, 1 set apart in ${join(cli.folder, '往年.rejected.csv')}`)
  expect(readFileSync(join(cli.folder, '往年.rejected.csv'), 'utf8')).toContain('说不清')
  const measured = await cli.run(['evaluate', '--data', table, '--html', join(cli.folder, 'e.html'), '--json'])
  expect(measured.json()).toMatchObject({ topic: { count: 2 } })
})
