import type { QueueBackend, QueueOptions, Queues } from './queues.ts'

/**
 * Opens BullMQ on either server. It is loaded only here, where there is something to queue: most commands have nothing.
 *
 * @throws MashangError REDIS_UNREACHABLE, REDIS_EVICTION, QUEUE_UNREACHABLE, QUEUE_NOT_MIGRATED
 */
export async function openQueues(target: QueueBackend, options: QueueOptions): Promise<Queues> {
  const { openBullmq } = await import('./queues.ts')
  return openBullmq(target, options)
}
