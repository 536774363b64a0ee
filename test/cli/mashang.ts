import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settingsReference } from '#config'
import { findEmbeddedPostgres } from '../../store/embedded/index.ts'
import { until } from '../support/house.ts'

export const root = realpathSync(join(import.meta.dirname, '..', '..'))

export interface Run {
  code: number | null
  stdout: string
  stderr: string
  /** The last line on standard output, as JSON. */
  json<T>(): T
}

export interface Running {
  child: ChildProcess
  /** What it has said so far. */
  output: { stdout: string; stderr: string }
  ended: Promise<Run>
}

type Env = Record<string, string>

/** A data folder of its own, and the command line over it as a person would use it: a process behind the launcher. */
export class CommandLine {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'mashang-cli-')))
  readonly dataDir = join(this.folder, 'data')
  readonly #children = new Set<ChildProcess>()

  launch(args: string[], env: Env = {}, input: 'closed' | 'open' = 'closed'): Running {
    const child = spawn(process.execPath, [join(root, 'launch.js'), ...args], {
      cwd: this.folder,
      env: { ...surroundings(), DATA_DIR: this.dataDir, LOG_LEVEL: 'warn', ...env },
      detached: true,
    })
    this.#children.add(child)
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()))
    if (input === 'closed') child.stdin.end()
    const ended = once(child, 'close').then(() => {
      this.#children.delete(child)
      return { code: child.exitCode, ...output, json: <T>() => lastLine(output) as T }
    })
    return { child, output, ended }
  }

  run(args: string[], env: Env = {}, input = ''): Promise<Run> {
    const running = this.launch(args, env, 'open')
    running.child.stdin!.end(input)
    return running.ended
  }

  /** `mashang start` on a free port, once `/readyz` says so. */
  async start(env: Env = {}): Promise<Running & { port: number; pid: number }> {
    const port = Number(env['PORT'] ?? (await freePort()))
    const running = this.launch(['start'], { PORT: String(port), ...env })
    const stillborn = running.ended.then(({ stderr }) => Promise.reject(new Error(`start ended: ${stderr}`)))
    const ready = until(() => answers(`http://127.0.0.1:${port}/readyz`), 'no start on this port', 60_000)
    await Promise.race([ready, stillborn])
    const { pid } = await until(() => this.#note(), 'no word of the simulator')
    return { ...running, port, pid }
  }

  /** The embedded server's own process. */
  postgresPid(): number | undefined {
    return findEmbeddedPostgres(this.dataDir)?.pid
  }

  #note(): { pid: number } | null {
    try {
      return JSON.parse(readFileSync(join(this.dataDir, 'simulator.json'), 'utf8')) as { pid: number }
    } catch {
      return null
    }
  }

  /** Whatever a failed test left running. */
  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGTERM')
    await until(() => this.#children.size === 0, 'a process did not end', 15_000)
    const postgres = findEmbeddedPostgres(this.dataDir)
    if (postgres) {
      process.kill(postgres.pid, 'SIGQUIT')
      await until(() => !isRunning(postgres.pid), 'the database did not end')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function lastLine({ stdout, stderr }: Running['output']): unknown {
  const line = stdout.trimEnd().split('\n').at(-1)
  if (!line) throw new Error(`nothing on standard output; on the other: ${stderr}`)
  return JSON.parse(line)
}

/** Our own surroundings less npm's and the tests'; every setting blank, whatever an `.env` here says. */
function surroundings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|VITEST|NODE_)/.test(name))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(settingsReference.map(({ name }) => [name, ''])) }
}

export async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A zombie has ended, and on Linux has no command line. */
export function isRunning(pid: number): boolean {
  const cmdline = `/proc/${pid}/cmdline`
  try {
    if (process.platform === 'linux') return readFileSync(cmdline, 'utf8') !== ''
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
