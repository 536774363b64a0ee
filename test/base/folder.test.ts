import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder } from '#base'

const root = mkdtempSync(join(tmpdir(), 'mashang-folder-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a folder is made with those it lies in, and once more without complaint', () => {
  const path = join(root, 'one', 'two', 'three')
  makeFolder(path, 0o700)
  makeFolder(path, 0o700)
  expect(statSync(path).isDirectory()).toBe(true)
  if (process.platform !== 'win32') expect(statSync(join(root, 'one')).mode & 0o777).toBe(0o700)
})

test('what is in the way is named', () => {
  writeFileSync(join(root, 'file'), '')
  expect(() => makeFolder(join(root, 'file'), 0o700)).toThrow(/EEXIST/)
  expect(() => makeFolder(join(root, 'file', 'below'), 0o700)).toThrow(/EEXIST|ENOTDIR/)
})

test.runIf(existsSync('/proc/self'))(
  'a place where nothing can be made is refused at once, not looked at for ever',
  () => {
    // In a process of its own: what this guards against blocks the loop, and no timeout of ours would end it.
    const script = `import('#base').then(({ makeFolder }) => makeFolder('/proc/mashang/data', 0o700)).catch((e) => console.log(e.code))`
    const { stdout, signal } = spawnSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' })
    expect({ answer: stdout.trim(), signal }).toEqual({ answer: 'ENOENT', signal: null })
  },
)
