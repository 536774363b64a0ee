import { expect, test, vi } from 'vitest'
import { shortRun } from './short.ts'

// Whole houses of several processes, on machines that do other things too.
vi.setConfig({ testTimeout: 240_000 })

test.concurrent('with the queue on Postgres nothing is lost, doubled or out of order', async () => {
  const kinds = ['kill-bot', 'kill-postgres', 'kill-backend', 'wipe-queue', 'drop', 'loiter', 'clock-forward'] as const
  const { findings, figures } = await shortRun({ backend: 'postgres', kinds: [...kinds], talkMs: 10_000, messages: 60 })
  expect(findings).toEqual([])
  expect(figures.acknowledged).toBeGreaterThan(40)
  expect(figures.sent).toBeGreaterThan(20)
  expect(figures.unknown.length).toBeGreaterThan(0)
})

test.concurrent('with the queue on Redis nothing is lost, doubled or out of order', async () => {
  const kinds = ['kill-worker', 'kill-redis', 'freeze-postgres', 'stop-redis', 'gateway', 'busy', 'clock-back'] as const
  const { findings, figures } = await shortRun({
    backend: 'redis',
    kinds: [...kinds],
    bots: 2,
    talkMs: 10_000,
    messages: 60,
  })
  expect(findings).toEqual([])
  expect(figures.acknowledged).toBeGreaterThan(40)
  expect(figures.sent).toBeGreaterThan(20)
})
