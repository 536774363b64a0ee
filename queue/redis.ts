import { createRedisBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { MashangError, messageOf } from '#base'
import { traceOf } from './quiet-log.ts'
import { within } from './time-limit.ts'
import type { RedisOptions as AllOptions } from 'ioredis'
import type { Backend, BackendOptions } from './backend.ts'

/** Without the option that would change the type of every reply. */
type RedisOptions = Omit<AllOptions, 'replyMapping'>

const lost = /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)/

/**
 * BullMQ over Redis or Valkey. A producer holds one connection; a worker process two, and one more per kind of job,
 * on which it waits. All reconnect by themselves.
 *
 * @throws MashangError REDIS_UNREACHABLE, REDIS_EVICTION
 */
export async function openRedis(url: string, options: BackendOptions): Promise<Backend> {
  const { role, timeLimitMs, complain } = options
  const clients = new Set<Redis>()

  const dial = (settings: RedisOptions): Redis => {
    const client = new Redis(settings)
    clients.add(client)
    // Without a listener an error event would end the process.
    client.on('error', (error: Error) => complain(`redis ${error.name}`, traceOf(error), 'Redis connection'))
    client.on('end', () => clients.delete(client))
    // BullMQ ends one on which nothing comes any more, and dials it again.
    client.on('connecting', () => clients.add(client))
    // BullMQ waits for jobs on a duplicate of ours; tracked too, so that a frozen server can't keep us from closing.
    // Dialled by itself: BullMQ would remember a failed first contact for ever, and take no job while the process lives.
    client.duplicate = (changes?: RedisOptions) => dial({ ...client.options, ...changes, lazyConnect: false })
    return client
  }

  const settings = (maxRetriesPerRequest: number | null): RedisOptions => ({
    ...addressOf(url),
    lazyConnect: true,
    maxRetriesPerRequest,
    connectTimeout: timeLimitMs,
    // A connection whose other end is gone without a word is given up; the longest wait of BullMQ's own is 10 s.
    socketTimeout: 30_000,
    retryStrategy: (times) => Math.min(times * 100, 2_000),
    // After a failover the server at our end may live on as a replica and never close: whoever dials the address anew comes
    // to the one in its place. Redis before 7 says it within what became of a script.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
  })
  // A producer hears of a loss at once and keeps its outbox row; a worker waits until Redis is back.
  const producer = dial(settings(1))
  const worker = role === 'producer' ? producer : dial(settings(null))
  const abandon = () => clients.forEach((client) => client.disconnect())

  try {
    const opened = Promise.all([...clients].map((client) => client.connect())).then(() => refuseEviction(producer))
    await within(timeLimitMs, opened, () => new Error('no answer in time'))
  } catch (error) {
    abandon()
    throw error instanceof MashangError ? error : unreachable(error)
  }

  return {
    factory: (name, bullOptions, how) =>
      createRedisBackend(name, { ...bullOptions, connection: how?.withBlockingConnection ? worker : producer }, how),
    ping: async () => void (await producer.ping()),
    wipe: (_name, obliterate) => obliterate(),
    // Fails what waits on this connection and dials again: a frozen server answers none of it.
    reset: () => producer.disconnect(true),
    explain,
    close: async () => {
      await Promise.all([...clients].map((client) => client.quit()))
    },
    abandon,
  }
}

/** A driver's error in our terms. */
function explain(error: unknown): MashangError {
  if (error instanceof MashangError) return error
  const { name, code } = traceOf(error)
  if (lost.test(code ?? '') || name === 'MaxRetriesPerRequestError' || messageOf(error).startsWith('Connection is'))
    return unreachable(error)
  return new MashangError(`Redis refused: ${messageOf(error)}`, { code: 'QUEUE_REFUSED', status: 503, cause: error })
}

function unreachable(cause: unknown): MashangError {
  return new MashangError(`Redis does not answer: ${messageOf(cause)}`, {
    code: 'REDIS_UNREACHABLE',
    status: 503,
    fix: 'Check REDIS_URL and that the server runs; leave REDIS_URL empty to use Postgres.',
    cause,
  })
}

/** A full Redis under any other policy throws away queued jobs without a word. */
async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(.+?)\r?$/m.exec(await redis.info('memory'))?.[1]
  if (policy === undefined || policy === 'noeviction') return
  throw new MashangError(`This Redis may discard queued jobs (maxmemory-policy is ${policy}).`, {
    code: 'REDIS_EVICTION',
    fix: "Set maxmemory-policy noeviction in the server's redis.conf, or give the queue a Redis of its own.",
  })
}

function addressOf(url: string): RedisOptions {
  const parsed = URL.parse(url)
  if (!parsed || !/^rediss?:$/.test(parsed.protocol)) {
    throw new MashangError('REDIS_URL is not a redis:// or rediss:// address.', {
      code: 'REDIS_UNREACHABLE',
      fix: 'REDIS_URL=redis://[user:password@]host:6379[/database]',
    })
  }
  const database = Number(parsed.pathname.slice(1) || 0)
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 6379),
    db: Number.isInteger(database) ? database : 0,
    ...(parsed.username ? { username: decodeURIComponent(parsed.username) } : {}),
    ...(parsed.password ? { password: decodeURIComponent(parsed.password) } : {}),
    ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
  }
}
