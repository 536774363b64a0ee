import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { root } from './mashang.ts'

// Whole processes, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

it('the lock is one that npm ci takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-lock-'))
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(root, name), join(folder, name))
    const args = ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
    const { status, stdout, stderr } = spawnSync('npm', args, {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '' },
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.not.stringContaining('EUSAGE') })
    expect(stdout).toMatch(/added \d+ packages/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Vitest compiles TypeScript that Node refuses (enums, parameter properties), so Node itself loads each of these. */
it.each([
  'bot/main.ts',
  'workers/main.ts',
  'cli/start.ts',
  'drizzle.config.ts',
  ...Object.values(
    (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: Record<string, string> }).imports,
  ),
])('%s loads under Node alone', (file) => {
  const script = `import(${JSON.stringify(join(root, file))}).then((face) => console.log(Object.keys(face).length))`
  const options = { cwd: root, env: { ...process.env, NODE_OPTIONS: '' }, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options)
  expect({ status, stderr: stderr.replace(/.*ExperimentalWarning.*|.*--trace-warnings.*/g, '').trim() }).toEqual({
    status: 0,
    stderr: '',
  })
  expect(Number(stdout)).toBeGreaterThan(0)
})
