import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import type { Audit } from '../../drills/faults/audit.ts'
import type { Fault, FaultKind } from '../../drills/faults/fault.ts'
import { inTurn, shortRun } from './short.ts'

// Whole houses of several processes, on machines that do other things too; and a send whose sender was killed is
// nobody's for 30 s.
vi.setConfig({ testTimeout: 600_000 })

const fault = (at: number, kind: FaultKind, forMs = 1_500): Fault => ({ at, kind, forMs, detail: 0 })

describe.concurrent('the house as it is', () => {
  test('with the queue on Postgres nothing is lost, doubled or out of order', async () => {
    const faults = [
      fault(0, 'drop'),
      fault(0, 'lock-ledger'),
      fault(1_500, 'kill-postgres', 700),
      fault(2_500, 'kill-backend'),
      fault(3_000, 'clock-forward'),
      fault(3_500, 'kill-bot'),
      fault(5_000, 'wipe-queue'),
      fault(5_500, 'loiter'),
    ]
    const { findings, figures } = await shortRun({ backend: 'postgres', faults, messages: 60, talkMs: 8_000 })
    expect(findings).toEqual([])
    expect(figures.acknowledged).toBeGreaterThan(40)
    expect(figures.sent).toBeGreaterThan(20)
    expect(figures.unknown.length).toBeGreaterThan(0)
  })

  test('with the queue on Redis, and two bots, nothing is lost, doubled or out of order', async () => {
    const faults = [
      fault(0, 'gateway'),
      fault(0, 'lock-ledger'),
      fault(1_000, 'kill-worker'),
      fault(2_000, 'busy'),
      fault(2_000, 'kill-redis'),
      fault(3_000, 'freeze-postgres'),
      fault(4_000, 'clock-back'),
      fault(5_000, 'stop-redis'),
    ]
    const { findings, figures } = await shortRun({ backend: 'redis', faults, bots: 2, messages: 60, talkMs: 8_000 })
    expect(findings).toEqual([])
    expect(figures.acknowledged).toBeGreaterThan(40)
    expect(figures.sent).toBeGreaterThan(20)
  })
})

describe.concurrent('a known bug is noticed', () => {
  const brief = { messages: 16, talkMs: 2_500 }
  // So long it is waited for what never comes.
  const impatient = { ...brief, patienceMs: 15_000 }
  const found = ({ findings }: Audit, sort: string) =>
    findings.flatMap((each) => (each.sort === sort ? [each.what] : [])).join('\n')

  test('answering before the commit; and the drill’s exit code says so', async () => {
    const said = ['--messages', '8', '--talk', '2', '--outage', '2', '--push-timeout', '1500', '--patience', '6']
    const chosen = ['--seed', 'suite', '--backend', 'postgres', '--only', 'stop-postgres', '--bug', 'answer-first']
    const script = join(import.meta.dirname, '..', '..', 'drills', 'faults.ts')
    const env = { ...process.env, NODE_OPTIONS: '' }
    const [stdout, stderr, [status]] = await inTurn(() => {
      const drill = spawn(process.execPath, [script, ...chosen, ...said], { env })
      return Promise.all([text(drill.stdout), text(drill.stderr), once(drill, 'exit')])
    })
    expect(stdout, stderr).toMatch(/^lost [1-9]\d*, doubled 0, misordered 0/m)
    expect(stdout).toContain('was acknowledged and is not stored')
    expect(status).toBe(1)
  })

  // Nobody else speaks while both bots hold copies of one push: neither can be busy with something else.
  test('looking up instead of locking', async () => {
    const faults = [fault(0, 'lock-ledger')]
    const audit = await shortRun({
      ...brief,
      backend: 'postgres',
      faults,
      bots: 2,
      bug: 'check-then-insert',
      quietMs: 2_000,
    })
    expect(found(audit, 'doubled')).toMatch(/is stored \d times/)
  })

  test('repeating a send of which nobody knows', async () => {
    const audit = await shortRun({ ...brief, backend: 'redis', faults: [fault(0, 'drop')], bug: 'retry-unknown' })
    expect(found(audit, 'doubled')).toMatch(/\D([2-9]|\d\d) arrived/)
  })

  test('trusting the queue with deadlines', async () => {
    const audit = await shortRun({ ...impatient, backend: 'redis', faults: [], bug: 'trust-the-queue' })
    expect(found(audit, 'lost')).toMatch(/^case .* nothing happened/m)
  })

  test('leaving out the sweep', async () => {
    const audit = await shortRun({ ...impatient, backend: 'postgres', faults: [], bug: 'no-sweep' })
    expect(found(audit, 'lost')).toMatch(/^case .* nothing happened/m)
  })
})
