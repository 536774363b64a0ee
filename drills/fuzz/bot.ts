import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { settingsReference } from '#config'
import { within } from '../wait.ts'
import type { Memory } from './memory.ts'

export interface FuzzedBot {
  port: number
  memory(): Promise<Memory>
  /** Null while it lives; else how it ended. */
  ended(): string | null
  /** What it logged as an error. */
  errors(): string
  /** How it ended after SIGTERM. */
  stop(): Promise<number | null>
}

const root = join(import.meta.dirname, '..', '..')

/** `mashang start --only bot` as it is, that besides answers how much memory it holds. */
export async function startBot(port: number, env: Record<string, string>): Promise<FuzzedBot> {
  const blank = Object.fromEntries(settingsReference.map(({ name }) => [name, '']))
  const child = fork(join(root, 'cli.ts'), ['start', '--only', 'bot'], {
    cwd: root,
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--expose-gc',
      '--import',
      join(import.meta.dirname, 'memory.ts'),
    ],
    env: { ...process.env, ...blank, NODE_OPTIONS: '', LOG_LEVEL: 'error', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  let errors = ''
  child.stderr!.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-20_000)))
  const ended = (): string | null =>
    child.exitCode !== null || child.signalCode !== null
      ? `${child.exitCode ?? child.signalCode}: ${errors.slice(-600)}`
      : null
  const ready = await within(60_000, async () => {
    if (ended() !== null) throw new Error(`the bot does not start: ${ended()}`)
    return fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  if (!ready) throw new Error('the bot does not get ready')
  return {
    port,
    ended,
    errors: () => errors,
    async memory() {
      const told = once(child, 'message') as Promise<[Memory]>
      child.send('memory')
      return (await told)[0]
    },
    async stop() {
      process.off('exit', endWithUs)
      if (ended() !== null) return child.exitCode
      const gone = once(child, 'exit') as Promise<[number | null]>
      child.kill('SIGTERM')
      return (await gone)[0]
    },
  }
}
