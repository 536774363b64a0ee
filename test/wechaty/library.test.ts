import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { installLibrary } from '../../drills/groups/mock.ts'

vi.setConfig({ testTimeout: 300_000 })

const root = join(import.meta.dirname, '..', '..')

/** Compiles a few lines where the library's own types can be found; what the compiler says of them. */
function compiled(lines: string): string {
  const folder = join(root, 'wechaty', 'library', 'node_modules', `.shapes-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    const head = [
      `import type { Contact as RealContact, Message as RealMessage, Room as RealRoom, Wechaty as Real } from 'wechaty'`,
      `import type { FileBoxInterface } from 'file-box'`,
      `import type { Contact, FileBox, Message, Room, Wechaty } from '../../../library.ts'`,
    ]
    writeFileSync(join(folder, 'shapes.ts'), `${[...head, lines].join('\n')}\n`)
    const options = { extends: join(root, 'tsconfig.json'), include: [], files: ['shapes.ts'] }
    const compilerOptions = { noUnusedLocals: false, types: [], typeRoots: [join(root, 'node_modules', '@types')] }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ ...options, compilerOptions: { ...compilerOptions, types: ['node'] } }),
    )
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

it('our words for the library are those of the library itself', () => {
  installLibrary()
  const lines = `
    export const contact = (real: RealContact): Omit<Contact, 'say'> => real
    export const say = (real: RealContact | RealRoom, file: FileBoxInterface): Promise<unknown>[] => [real.say('好'), real.say(file)]
    export const file = (real: FileBoxInterface): FileBox => real
    export const room = (real: RealRoom): Omit<Room, 'alias' | 'say'> => real
    export const message = (real: RealMessage): Omit<Message, 'talker' | 'room' | 'mentionList'> => real
    export const wechaty = (real: Real): Pick<Wechaty, 'start' | 'stop' | 'init' | 'isLoggedIn'> => real
    export const alias = (real: RealRoom, us: RealContact): Promise<string | undefined> => real.alias(us)
    export const talker = (real: RealMessage): Omit<Contact, 'say'> => real.talker()
    export const find = (real: Real, id: string): Promise<RealMessage | undefined> => real.Message.find({ id })
    export const type = (real: Real): Wechaty['Message']['Type'] => real.Message.Type
    export const log = (real: Real) =>
      real
        .on('login', (user) => void (user satisfies Omit<Contact, 'say'>))
        .on('logout', (_user, reason) => void (reason satisfies string | undefined))
        .on('scan', (link) => void (link satisfies string))
        .on('error', (error) => void (error satisfies Error))
    export const puppet = (real: Real) => {
      real.puppet.on('message', ({ messageId }) => void (messageId satisfies string))
      return real.puppet.state.active() satisfies boolean | 'pending'
    }`
  expect(compiled(lines)).toBe('')
  // The compiler must have seen the real ones.
  expect(compiled('export const wrong = (real: RealMessage): { weight: number } => real')).toContain('weight')
})

it('its lock is one that npm ci takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-lock-'))
  try {
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(root, 'wechaty', 'library', name), join(folder, name))
    }
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
