import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether a program is there and starts. */
function starts(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0
}

/** The first of these names on PATH that starts. */
export function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const places = names.flatMap((name) => folders.map((place) => join(place, name)))
  return places.find((path) => existsSync(path) && starts(path))
}

/**
 * Debian's packages laid out in `folder`, started by `script`: asks for no rights and changes nothing of the system. The
 * path of what starts them; undefined where there is no Debian, or no way to its packages.
 *
 * `download(aptGet)` brings the packages: `aptGet(args, seconds)` gives `{ status, stdout }`. False: try once more, with
 * package lists of our own, for who may not write the system's.
 */
export function fromDebian({ folder, name, script, download, files = {}, says }) {
  const wrapper = join(folder, name)
  if (existsSync(wrapper) && starts(wrapper)) return wrapper
  if (process.platform !== 'linux' || !starts('apt-get') || !starts('dpkg')) return undefined
  console.error(`mashang: ${says} …`)
  mkdirSync(folder, { recursive: true })
  const own = listsUnder(join(folder, 'apt'))
  const fetched = (options) => download((args, seconds) => aptGet(folder, [...options, ...args], seconds))
  if (!fetched([]) && !(aptGet(folder, [...own, 'update'], 120).status === 0 && fetched(own))) return undefined
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.deb'))) {
    spawnSync('dpkg', ['-x', file, '.'], { cwd: folder, stdio: 'ignore' })
    rmSync(join(folder, file))
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  writeFileSync(wrapper, script)
  chmodSync(wrapper, 0o755)
  return starts(wrapper) ? wrapper : undefined
}

function listsUnder(apt) {
  mkdirSync(join(apt, 'lists', 'partial'), { recursive: true })
  mkdirSync(join(apt, 'cache', 'archives', 'partial'), { recursive: true })
  return [
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option])
}

const impatience = ['Acquire::Retries=0', 'Acquire::http::Timeout=15'].flatMap((option) => ['-o', option])

function aptGet(folder, args, seconds) {
  return spawnSync('apt-get', ['-q', ...impatience, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: seconds * 1000,
  })
}
