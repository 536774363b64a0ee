import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { systemClock } from '#base'
import { startGateway } from './gateway.ts'
import { openLibrary } from './library.ts'
import { nameOf } from './speaker.ts'

/** All that this process knows of the world. It comes on standard input: other users can't read it in a list of processes. */
export interface Orders {
  puppet: string
  puppetOptions: Record<string, unknown>
  secret: string
  /** The house. */
  botUrl: string
  /** Where it keeps things, and its working directory. */
  folder: string
  host: string
  port: number
  openingWords: string[]
  listeningIn: string[]
  logLevel: string
}

/** On standard output, once the gateway listens: `ready PORT`. */
async function main(): Promise<void> {
  process.umask(0o077)
  const input = createInterface({ input: process.stdin })
  const [first] = (await new Promise<string[]>((resolve) => input.once('line', (line) => resolve([line])))) as [string]
  const orders = JSON.parse(first) as Orders
  const log = pino(
    { level: orders.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
  // The library's listeners are async and nobody waits for them: what they throw must not end the process.
  process.on('unhandledRejection', (error) => log.error({ error: nameOf(error) }, 'a promise of the library failed'))

  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
    // Whoever started us is gone.
    input.once('close', () => resolve())
  })
  const library = await openLibrary(orders.puppet, orders.puppetOptions)
  const gateway = await startGateway({
    ...orders,
    library,
    clock: systemClock,
    random: Math.random,
    log,
    pid: process.pid,
  })
  process.stdout.write(`ready ${gateway.port}\n`)
  await stopped
  // Whatever the library does, we end.
  setTimeout(() => process.exit(1), 8_000).unref()
  await gateway.stop()
  process.exit(0)
}

main().catch((error: unknown) => {
  // What an operator can mend: a package that isn't there, or a puppet that needs more than the wall lets through.
  const { message, resource } = error as Error & { resource?: string }
  const more = nameOf(error) === 'ERR_MODULE_NOT_FOUND' ? message.split('\n')[0] : resource
  console.error(`wechaty: ${nameOf(error)}${more === undefined ? '' : `: ${more}`}`)
  process.exit(1)
})
