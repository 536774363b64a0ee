export { jobNames, type Job, type JobName, type JobPayloads, type Outcome } from './jobs.ts'
