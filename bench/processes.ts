import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LoadOrder, LoadResult } from './load.ts'

/** As the launcher and the image start it (scripts/run.js says why). */
const heapFlags = ['--max-old-space-size=256', '--max-semi-space-size=32']

export const root = join(import.meta.dirname, '..')

/** A free loopback port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface Server {
  pid: number
  /** From spawning to the first 200 of /readyz. */
  readySeconds: number
  stop(): Promise<void>
}

/** `mashang start …` of the checkout at `at`, ready. */
export async function startServer(args: string[], env: Record<string, string>, at = root): Promise<Server> {
  const began = performance.now()
  const child = fork(join(at, 'cli.ts'), ['start', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: heapFlags,
  })
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)))
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${errors}`)
    const ready = await fetch(`http://127.0.0.1:${env['PORT']}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) break
    await pause(20)
  }
  return { pid: child.pid!, readySeconds: (performance.now() - began) / 1000, stop: () => end(child) }
}

/** Another process of this folder that says on which port it listens. */
export async function startPeer(file: string, args: string[]): Promise<{ port: number; stop(): Promise<void> }> {
  const child = fork(join(import.meta.dirname, file), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { port, stop: () => end(child) }
}

/** Has the load generator, in a process of its own, carry one order out. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'load.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  child.send(order)
  const [result] = (await once(child, 'message')) as [LoadResult]
  await end(child)
  return result
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** Peak resident memory so far, in MB; 0 where the system doesn't tell. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
