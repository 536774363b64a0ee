import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { root } from './places.js'

const folder = join(root, '.cache', 'chromium')
const wrapper = join(folder, 'chromium')
const program = 'chromium-headless-shell'
const names = ['chromium', 'chromium-browser', program, 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const apps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
/** So that Chinese is drawn as Chinese; without it the page is measured by empty boxes. */
const font = 'fonts-wqy-microhei'
/** Of the browser's needs, what a browser without a face can do without. */
const needless = new Set(['xdg-utils', 'x11-utils', 'chromium-sandbox'])

/** The Chromium that the tests use; null where there is none. Looks on PATH, then to Debian. */
export function provideChromium() {
  return (
    process.env.MASHANG_TEST_BROWSER || onPath() || apps.find((path) => existsSync(path)) || cached() || fromDebian()
  )
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const places = names.flatMap((name) => folders.map((place) => join(place, name)))
  return places.find((path) => existsSync(path) && starts(path))
}

function cached() {
  return existsSync(wrapper) && starts(wrapper) ? wrapper : null
}

function starts(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0
}

/** Debian's packages laid out under .cache: asks for no rights and changes nothing of the system. */
function fromDebian() {
  if (process.platform !== 'linux' || !starts('apt-get') || !starts('dpkg')) return null
  console.error('mashang: no Chromium here; fetching Debian’s for the tests (about 85 MB) …')
  mkdirSync(folder, { recursive: true })
  if (!download([]) && !(updateLists() && download(ownLists))) return null
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    spawnSync('dpkg', ['-x', name, '.'], { cwd: folder, stdio: 'ignore' })
    rmSync(join(folder, name))
  }
  writeFileSync(join(folder, 'fonts.conf'), fontsConf)
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
  return aptGet([...ownLists, 'update'], 120).status === 0
}

/** The browser with all of its libraries that this system lacks: which they are, apt-get says. */
function download(options) {
  const { status, stdout } = aptGet([...options, '-s', '--no-install-recommends', 'install', program], 30)
  if (status !== 0) return false
  const wanted = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name).filter((name) => !needless.has(name))
  aptGet([...options, 'download', font], 60)
  return aptGet([...options, 'download', ...wanted], 300).status === 0
}

function aptGet(args, seconds) {
  return spawnSync('apt-get', ['-q', ...impatience, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: seconds * 1000,
  })
}

const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`

const wrapperScript = `#!/bin/sh
# Chromium of the packages laid out beside this file.
here=$(dirname "$(readlink -f "$0")")
libraries=$(echo "$here"/usr/lib/*-linux-gnu*)
LD_LIBRARY_PATH=$libraries:$libraries/pulseaudio:$LD_LIBRARY_PATH
export LD_LIBRARY_PATH FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/usr/lib/chromium/${program}" "$@"
`
