import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { shortRun, sorts } from './short.ts'

vi.setConfig({ testTimeout: 240_000 })

const impatient = 8_000

test('answering before the commit is noticed, and the drill’s exit code says so', () => {
  const brief = ['--messages', '30', '--talk', '5', '--outage', '2', '--push-timeout', '1500', '--patience', '20']
  const args = [
    '--seed',
    'suite',
    '--backend',
    'postgres',
    '--only',
    'stop-postgres',
    '--bug',
    'answer-first',
    ...brief,
  ]
  const script = join(import.meta.dirname, '..', '..', 'drills', 'faults.ts')
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env })
  expect(stdout, stderr).toMatch(/^lost [1-9]\d*, doubled 0, misordered 0$/m)
  expect(stdout).toContain('was acknowledged and is not stored')
  expect(status).toBe(1)
})

test('looking up instead of locking is noticed', async () => {
  const found = await shortRun({
    backend: 'redis',
    kinds: ['slow'],
    bots: 2,
    bug: 'check-then-insert',
    patienceMs: impatient,
  })
  expect(sorts(found)['doubled']).toBeGreaterThan(0)
  expect(found.findings.some(({ what }) => /is stored \d times/.test(what))).toBe(true)
})

test('repeating a send of which nobody knows is noticed', async () => {
  const found = await shortRun({ backend: 'redis', kinds: ['drop'], bug: 'retry-unknown', patienceMs: impatient })
  expect(found.findings.some(({ sort, what }) => sort === 'doubled' && what.includes('2 arrived'))).toBe(true)
})

test('trusting the queue with deadlines is noticed', async () => {
  const found = await shortRun({
    backend: 'redis',
    kinds: ['wipe-queue'],
    bug: 'trust-the-queue',
    patienceMs: impatient,
  })
  expect(found.findings.some(({ sort, what }) => sort === 'lost' && /^case .* nothing happened/.test(what))).toBe(true)
})

test('a missing sweep is noticed', async () => {
  const found = await shortRun({
    backend: 'redis',
    kinds: ['busy', 'wipe-queue'],
    bug: 'no-sweep',
    patienceMs: impatient,
  })
  expect(sorts(found)['lost']).toBeGreaterThan(0)
})
