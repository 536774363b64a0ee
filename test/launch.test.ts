import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = realpathSync(join(import.meta.dirname, '..'))
const launcher = join(root, 'launch.js')
let folder: string
let copy: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mashang-launch-')))
  copy = join(folder, 'clone')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('what the command line is given', () => {
  test('the arguments, the exit code, Node 24 first on PATH and the folder where the user stands', () => {
    clone(`
      console.log(JSON.stringify({
        args: process.argv.slice(2), cwd: process.cwd(), initial: process.env.INIT_CWD,
        path: process.env.PATH, version: process.versions.node, options: process.execArgv.length, exec: process.execPath,
      }))
      process.exitCode = 7`)
    const { status, stdout, stderr } = launch(['classify', 'a b', '--json'], { cwd: folder })
    const seen = JSON.parse(stdout)
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' })
    expect(seen).toMatchObject({ args: ['classify', 'a b', '--json'], cwd: folder, initial: folder })
    expect(seen.path.split(delimiter)[0]).toBe(dirname(seen.exec))
    expect(Number(seen.version.split('.')[0])).toBeGreaterThanOrEqual(24)
  })

  test('under npm, which moves to the clone, still the folder where the user stands', () => {
    clone('console.log(process.cwd())')
    const { stdout } = launch(['chat'], { cwd: copy, env: { INIT_CWD: folder } })
    expect(stdout.trim()).toBe(folder)
  })

  test('TypeScript without a word of warning', () => {
    clone('const shown: string = "码上"; console.log(shown satisfies string)')
    const { stdout, stderr } = launch(['chat'], { cwd: copy })
    expect({ stdout, stderr }).toEqual({ stdout: '码上\n', stderr: '' })
  })
})

describe('what was compiled', () => {
  const kept = (at: string) =>
    readdirSync(at, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((each) => each.isFile())
  const run = (env: NodeJS.ProcessEnv = {}) => launch(['chat'], { cwd: copy, env })
  const good = { status: 0, stdout: '码上\n', stderr: '' }
  beforeEach(() => clone('const shown: string = "码上"; console.log(shown)'))

  test('is kept in the clone, and compiled anew where that is spoilt', () => {
    expect(run()).toMatchObject(good)
    const files = kept(join(copy, '.cache', 'compiled'))
    expect(files).not.toEqual([])
    for (const { parentPath, name } of files) writeFileSync(join(parentPath, name), '码下')
    expect(run()).toMatchObject(good)
  })

  test('or elsewhere, where the user says so', () => {
    const own = join(folder, 'own')
    expect(run({ NODE_COMPILE_CACHE: own })).toMatchObject(good)
    expect(kept(own)).not.toEqual([])
    expect(existsSync(join(copy, '.cache', 'compiled'))).toBe(false)
  })

  test('is done without where it can’t be kept', () => {
    writeFileSync(join(copy, '.cache'), '')
    expect(run()).toMatchObject(good)
  })
})

describe('signals', () => {
  const counting = `
    let heard = 0
    process.on('SIGINT', () => console.log('SIGINT', ++heard))
    process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(9) })
    setInterval(() => {}, 1000)
    console.log(process.pid)`

  test('one Ctrl-C is one, though terminal and npm both pass it on; the child’s exit code is ours', async () => {
    clone(counting)
    const { child, output } = await launchAndWait()
    // The terminal to the whole group, npm to its child.
    process.kill(-child.pid!, 'SIGINT')
    child.kill('SIGINT')
    await seen(output, 'SIGINT 1')
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(child.exitCode).toBe(9)
    expect(output.text).not.toContain('SIGINT 2')
  })

  test('a launcher that is killed outright leaves no one behind', async () => {
    clone(counting)
    const { child, output } = await launchAndWait()
    const pid = Number.parseInt(output.text, 10)
    child.kill('SIGKILL')
    await seen(output, 'SIGTERM')
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false)
  })

  test('a child that a signal ended gives 128 and its number', async () => {
    clone(`process.kill(process.pid, 'SIGKILL')`)
    expect(launch(['start'], { cwd: copy }).status).toBe(137)
  })
})

describe('what is missing is installed', () => {
  test('once, though two start at once, and said in a line', async () => {
    clone('console.log("ran")')
    // An npm that notes each call, and lays down what npm ci would.
    const modules = realpathSync(join(copy, 'node_modules'))
    rmSync(join(copy, 'node_modules'))
    const npm = join(folder, 'npm-cli.js')
    writeFileSync(
      npm,
      `const fs = require('fs')
       fs.appendFileSync(${JSON.stringify(join(folder, 'calls'))}, process.argv.slice(2).join(' ') + '\\n')
       setTimeout(() => fs.symlinkSync(${JSON.stringify(modules)}, 'node_modules'), 500)`,
    )
    const runs = await Promise.all([1, 2].map(() => finished(start(['chat'], { npm_execpath: npm }))))
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatch(/^ci --ignore-scripts .*--loglevel=error/)
    expect(runs.map((run) => run.code)).toEqual([0, 0])
    expect(runs.map((run) => run.text).join('')).toMatch(/packages installed in \d+ s/)
    expect(existsSync(join(copy, '.cache', 'install.lock'))).toBe(false)
  })

  test('again when the lock asks for another version, and a lock of the dead holds no one up', async () => {
    clone('')
    const lock = JSON.parse(readFileSync(join(copy, 'package-lock.json'), 'utf8'))
    lock.packages['node_modules/pg'].version = '0.0.1'
    writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock))
    mkdirSync(join(copy, '.cache'))
    writeFileSync(join(copy, '.cache', 'install.lock'), '4194305')
    const npm = join(folder, 'npm-cli.js')
    writeFileSync(npm, 'process.exit(5)')
    const { code, text } = await finished(start(['chat'], { npm_execpath: npm }))
    expect(code).toBe(1)
    expect(text).toContain('npm ci failed (5)')
  })
})

describe('the tests’ last line', () => {
  test('counts; and tells failure by the exit code', () => {
    clone('')
    write('test/good.test.ts', `import { expect, test } from 'vitest'\ntest('one', () => expect(1).toBe(1))`)
    expect(tests(['good'])).toEqual({ status: 0, last: '1 passed, 0 failed' })
    write('test/bad.test.ts', `import { expect, test } from 'vitest'\ntest('one', () => expect(1).toBe(2))`)
    write('test/broken.test.ts', `import 'no-such-package'`)
    expect(tests([])).toEqual({ status: 1, last: '1 passed, 2 failed' })
    expect(tests(['nothing-of-this-name'])).toEqual({ status: 1, last: '0 passed, 1 failed' })
  })

  test('an error outside any test is a failure', () => {
    clone('')
    write(
      'test/stray.test.ts',
      `import { test } from 'vitest'\ntest('one', () => { setTimeout(() => { throw new Error('stray') }) ; return new Promise((r) => setTimeout(r, 50)) })`,
    )
    expect(tests([])).toEqual({ status: 1, last: '1 passed, 1 failed' })
  })
})

/** A clone whose cli.ts is `cli`, with our packages. */
function clone(cli: string): void {
  mkdirSync(copy)
  for (const name of ['launch.js', 'scripts', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(realpathSync(join(root, 'node_modules')), join(copy, 'node_modules'))
  writeFileSync(join(copy, 'cli.ts'), cli)
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(copy, name)), { recursive: true })
  writeFileSync(join(copy, name), text)
}

interface LaunchOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
}

/** Our own surroundings less what npm and the tests' launcher put there. */
function surroundings(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|VITEST|NODE_)/.test(name))
  return { ...Object.fromEntries(kept), MASHANG_TEST_REDIS: 'none', MASHANG_TEST_BROWSER: 'none', ...env }
}

function launch(args: string[], { cwd, env }: LaunchOptions) {
  const script = cwd === root ? launcher : join(copy, 'launch.js')
  return spawnSync(process.execPath, [script, ...args], { cwd, env: surroundings(env), encoding: 'utf8' })
}

function tests(filters: string[]) {
  const { status, stdout } = launch(['test', ...filters], { cwd: copy })
  return { status, last: stdout.trimEnd().split('\n').at(-1) }
}

interface Output {
  text: string
}

function start(args: string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; output: Output } {
  const options = { cwd: copy, env: surroundings(env), detached: true }
  const child = spawn(process.execPath, [join(copy, 'launch.js'), ...args], options)
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output.text += data.toString()))
  return { child, output }
}

async function finished({ child, output }: { child: ChildProcess; output: Output }) {
  await once(child, 'close')
  return { code: child.exitCode, text: output.text }
}

async function launchAndWait() {
  const started = start(['start'])
  await seen(started.output, '\n')
  return started
}

async function seen(output: Output, words: string): Promise<void> {
  await expect.poll(() => output.text, { timeout: 20_000 }).toContain(words)
}

/** A zombie has ended, and on Linux has no command line. */
function isRunning(pid: number): boolean {
  const cmdline = `/proc/${pid}/cmdline`
  return existsSync(cmdline) && readFileSync(cmdline, 'utf8') !== ''
}
