import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

const first = 15_000
const past = 30_000
const given = new Set<number>()

/**
 * A free loopback port, given once. It lies below those that the system takes for connections going out, so that it is
 * still free when its owner is started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, past)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
