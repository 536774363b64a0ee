import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { settingsReference } from '#config'
import { within } from '../wait.ts'

/** One process of the house under somebody who starts it again whenever it ends, as systemd or Docker would. */
export interface Child {
  readonly name: string
  readonly pid: number | undefined
  /** Since its last start it has said that it runs. */
  readonly isUp: boolean
  /** How often it ended by itself after it was up: a fault of the house, whatever was done to its servers. */
  readonly falls: string[]
  kill(): void
  freeze(): void
  thaw(): void
  /** Waits until it runs; false after `withinMs`. */
  up(withinMs: number): Promise<boolean>
  /** SIGTERM, and how it ended; null when it did not within `withinMs`. */
  stop(withinMs: number): Promise<number | null>
}

export interface ChildOptions {
  name: string
  part: 'bot' | 'workers'
  env: Record<string, string>
  /** Modules loaded before it. */
  preload: string[]
  /** A folder for what it logs. */
  logs: string | null
}

const root = join(import.meta.dirname, '..', '..')
const restartMs = 400

export function startChild({ name, part, env, preload, logs }: ChildOptions): Child {
  let child: ChildProcess
  let isUp = false
  let ending = false
  let killed = false
  const falls: string[] = []

  function launch(): void {
    isUp = false
    killed = false
    let errors = ''
    const flags = ['--disable-warning=ExperimentalWarning', ...preload.flatMap((file) => ['--import', file])]
    child = spawn(process.execPath, [...flags, join(root, 'cli.ts'), 'start', '--only', part], {
      cwd: root,
      // Blank settings, whatever the surroundings or an .env say.
      env: {
        ...process.env,
        ...Object.fromEntries(settingsReference.map((each) => [each.name, ''])),
        NODE_OPTIONS: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout!.on('data', (data: Buffer) => {
      if (data.toString().includes('已启动')) isUp = true
    })
    child.stderr!.on('data', (data: Buffer) => {
      errors = (errors + data.toString()).slice(-2_000)
      if (logs !== null) appendFileSync(join(logs, `${name}.log`), data)
    })
    child.once('exit', (code, signal) => {
      if (isUp && !killed && !ending)
        falls.push(`${name} ended by itself (${code ?? signal}): ${errors.trim().slice(-600)}`)
      isUp = false
      if (!ending) void pause(restartMs).then(() => ending || launch())
    })
  }
  launch()
  const endWithUs = (): void => {
    ending = true
    child.kill('SIGKILL')
  }
  process.once('exit', endWithUs)

  return {
    name,
    falls,
    get pid() {
      return child.pid
    },
    get isUp() {
      return isUp
    },
    kill() {
      killed = true
      child.kill('SIGKILL')
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    up: async (withinMs) => (await within(withinMs, () => isUp)) === true,
    async stop(withinMs) {
      ending = true
      process.off('exit', endWithUs)
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const gone = once(child, 'exit') as Promise<[number | null]>
      child.kill('SIGTERM')
      const ended = await Promise.race([gone, pause(withinMs, null, { ref: false })])
      if (ended !== null) return ended[0]
      child.kill('SIGKILL')
      await gone
      return null
    },
  }
}
