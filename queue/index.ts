export { jobNames, type Job, type JobName, type JobPayloads, type Outcome } from './jobs.ts'
export { type RetryRule } from './outcomes.ts'
export { migrateQueue, queueSchema } from './migrate.ts'
export { openQueues } from './open.ts'
export {
  type Handler,
  type JobMeta,
  type QueueBackend,
  type QueueCounts,
  type QueueOptions,
  type Queues,
} from './queues.ts'
export { type QueueLog } from './quiet-log.ts'
