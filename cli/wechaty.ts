import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { makeFolder, MashangError } from '#base'
import type { Clock } from '#base'
import type { City, Settings, WechatySettings } from '#config'
import type { Orders } from '../wechaty/main.ts'
import { readStatus, readSwitch, switchOff, switchOn } from '../wechaty/switch.ts'
import { home } from './preflight.ts'

/** What an operator reads before anything else: this is somebody's account. */
const warning = `注意：群聊功能通过第三方协议登录微信账号，不是微信官方接口，账号可能被限制或封号（封号风险）。
请用专门的账号，不要用个人常用账号；能用公众号、企业微信的，优先用它们。
发现异常请立即停用：npx mashang wechaty stop`

const why = { operator: '人工停用', failures: '连续发送失败，自动停用', 'logged-out': '被微信强制退出登录，自动停用' }
const states = { starting: '正在启动', scan: '等待扫码登录', on: '已登录，运行中', off: '已停用' }

const folderOf = (dataDir: string) => join(dataDir, 'wechaty')

/** The secret that house and gateway share; made where neither the settings nor the data folder has one. */
export async function wechatySecret(dataDir: string, { secret }: Pick<WechatySettings, 'secret'>): Promise<string> {
  if (secret !== null) return secret
  const path = join(dataDir, 'wechaty.secret')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const made = (await readFile(path, 'utf8')).trim()
  if (made.length >= 16) return made
  throw new MashangError(`${path} does not hold a secret`, {
    code: 'WECHATY_SECRET',
    fix: 'Remove the file, or set WECHATY_SECRET, and start house and gateway again',
  })
}

/** `mashang start --only wechaty`: the gateway in a process of its own, begun again when it falls, until a signal. */
export async function runWechaty(
  settings: Settings,
  city: City,
  path: string | undefined,
  stopped: AbortSignal,
): Promise<void> {
  const { wechaty, dataDir } = settings
  if (wechaty === null) {
    throw new MashangError('WECHATY_PUPPET: not set, so group chats are off', {
      code: 'WECHATY_OFF',
      fix: 'Set WECHATY_PUPPET to a puppet’s package, and read docs/wechaty.md first',
    })
  }
  const library = join(home, 'wechaty', 'library')
  if (!existsSync(join(library, 'node_modules', 'wechaty'))) {
    throw new MashangError('the wechaty library is not installed', {
      code: 'WECHATY_MISSING',
      fix: 'Run: npm ci --prefix wechaty/library --omit=dev --ignore-scripts',
    })
  }
  console.error(warning)
  const folder = folderOf(dataDir)
  makeFolder(folder, 0o700)
  const url = new URL(wechaty.gatewayUrl)
  const orders: Orders = {
    puppet: wechaty.puppet,
    puppetOptions: wechaty.puppetOptions,
    secret: await wechatySecret(dataDir, wechaty),
    botUrl: wechaty.houseUrl ?? `http://127.0.0.1:${settings.port}`,
    folder,
    host: /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname) ? '127.0.0.1' : '0.0.0.0',
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    openingWords: city.groups.openingWords,
    listeningIn: city.groups.rooms.filter(({ listens }) => listens).map(({ topic }) => topic),
    logLevel: settings.logLevel,
  }
  const off = readSwitch(folder)
  if (off) console.error(`账号处于停用状态（${why[off.why]}）。恢复：npx mashang wechaty start`)
  for (let failures = 0; !stopped.aborted; failures++) {
    const began = performance.now()
    const { code, ready } = await runOnce(orders, wechaty.wall, path, stopped)
    if (stopped.aborted) break
    if (!ready && failures === 0) {
      throw new MashangError(`the wechaty gateway did not start (${code})`, {
        code: 'WECHATY_START',
        fix: 'Its words stand above; WECHATY_PUPPET must name a package installed in wechaty/library',
      })
    }
    if (performance.now() - began > 600_000) failures = 0
    const waitMs = Math.min(60_000, 1_000 * 2 ** failures)
    console.error(`群聊网关意外退出（${code}），${Math.round(waitMs / 1000)} 秒后重新启动`)
    await pause(waitMs, null, { signal: stopped }).catch(() => {})
  }
}

async function runOnce(
  orders: Orders,
  wall: boolean,
  path: string | undefined,
  stopped: AbortSignal,
): Promise<{ code: number; ready: boolean }> {
  const child = spawn(process.execPath, [...flagsOf(orders.folder, wall), join(home, 'wechaty', 'main.ts')], {
    cwd: orders.folder,
    // Nothing of ours: no master key, no database, no tokens of other channels.
    env: { PATH: path, HOME: orders.folder, TMPDIR: orders.folder, WECHATY_LOG: 'silent' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // A child that ended before it read its orders says why by itself.
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(orders)}\n`)
  let ready = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Anything else there is the library's own talk, and may quote people.
    const port = /^ready (\d+)$/.exec(line)?.[1]
    if (port === undefined) return
    ready = true
    console.log(`码上群聊网关已启动：${orders.host}:${port}`)
  })
  const stop = () => void child.kill('SIGTERM')
  stopped.addEventListener('abort', stop, { once: true })
  const code = await ended(child)
  stopped.removeEventListener('abort', stop)
  return { code, ready }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** It reads its own code and packages, and writes in its own folder. Not `.env`, not the keys, not the data beside it. */
function flagsOf(folder: string, wall: boolean): string[] {
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    '--max-old-space-size=384',
  ]
  if (!wall) return flags
  const own = ['node_modules', 'wechaty', 'base', 'channels', 'package.json'].map((name) => join(home, name))
  // The last one is looked at by leveldown, to tell Alpine from other systems.
  const read = [...own, folder, '/etc/alpine-release']
  return [
    ...flags,
    '--permission',
    // leveldown, which most puppets bring along, is compiled.
    '--allow-addons',
    ...read.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${folder}`,
  ]
}

/** `mashang wechaty stop|start|status`. A gateway that runs sees it within a second or two. */
export function commandWechaty(action: 'stop' | 'start' | 'status', dataDir: string, clock: Clock): string {
  const folder = folderOf(dataDir)
  if (action === 'stop') {
    switchOff(folder, { since: clock().toISOString(), why: 'operator' })
    return '已停用：账号将在几秒内下线，不再收发。恢复：npx mashang wechaty start'
  }
  if (action === 'start') {
    switchOn(folder)
    return '已恢复：账号将在几秒内上线（网关要在运行：npx mashang start --only wechaty）。'
  }
  const off = readSwitch(folder)
  const status = readStatus(folder)
  const runs = status !== null && isAlive(status.pid) && clock().getTime() - Date.parse(status.at) < 30_000
  const lines = [
    off ? `开关：停用（${why[off.why]}，${off.since}）` : '开关：启用',
    runs ? `网关：运行中，账号${states[status.state]}` : '网关：没有运行（npx mashang start --only wechaty）',
  ]
  if (status && runs) {
    if (status.scan !== null) lines.push(`登录：请打开 ${status.scan} 扫码`)
    lines.push(`待上报 ${status.waiting}  待发送 ${status.unsaid}  已发 ${status.said}  失败 ${status.failed}`)
  }
  return lines.join('\n')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
