import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { installLibrary } from '../../drills/groups/mock.ts'

vi.setConfig({ testTimeout: 300_000 })

test('1,500 messages of 100 people in 10 groups: what is said to us is stored, in order, and nothing else', () => {
  installLibrary()
  const script = join(import.meta.dirname, '..', '..', 'drills', 'groups.ts')
  const args = [script, '--messages', '1500', '--people', '100', '--rooms', '10', '--seed', 'suite']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const [, forUs, stored] = /: (\d+) to us, (\d+) stored/.exec(stdout) ?? []
  expect(stdout, stderr).toMatch(/\nfaults 0\n$/)
  expect(status).toBe(0)
  expect(Number(forUs)).toBeGreaterThan(100)
  expect(stored).toBe(forUs)
})
