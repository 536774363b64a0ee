// Takes one job, says so, and holds it until this process is killed.
import { openQueues } from '#queue'
import type { QueueBackend } from '#queue'

const [target, timing] = JSON.parse(process.argv[2]!) as [QueueBackend, { lockMs: number; stalledMs: number }]
const queues = await openQueues(target, { role: 'worker', ...timing })
queues.work(
  'deliver',
  (_payload, { id }) => {
    process.stdout.write(`${id}\n`)
    return new Promise(() => {})
  },
  { concurrency: 1 },
)
