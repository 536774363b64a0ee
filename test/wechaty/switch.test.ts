import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { readStatus, writeStatus } from '../../wechaty/switch.ts'

const status = {
  pid: 1,
  at: '2026-11-23T08:00:00.000Z',
  state: 'on' as const,
  stopped: null,
  scan: null,
  waiting: 0,
  unsaid: 0,
  said: 0,
  failed: 0,
}

test('who looks while the status is written finds the old one or the new one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-switch-'))
  writeStatus(folder, status)
  const writer = new Worker(
    `const { workerData } = require('node:worker_threads')
     import(workerData.module).then(({ writeStatus }) => {
       for (let said = 0; said < 3_000; said++) writeStatus(workerData.folder, { ...workerData.status, said })
     })`,
    {
      eval: true,
      workerData: { folder, status, module: join(import.meta.dirname, '..', '..', 'wechaty', 'switch.ts') },
    },
  )
  try {
    const done = new Promise<void>((resolve, reject) => writer.once('exit', () => resolve()).once('error', reject))
    let over = false
    void done.finally(() => (over = true))
    let looks = 0
    while (!over) {
      expect(readStatus(folder)).toMatchObject({ pid: 1, state: 'on' })
      looks += 1
      if (looks % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    expect(looks).toBeGreaterThan(100)
    expect(readStatus(folder)).toMatchObject({ said: 2_999 })
    expect(readdirSync(folder)).toEqual(['status.json'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
