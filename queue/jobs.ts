/** Every job of the house and what it carries: ids, never text. One file, so that bot and workers can't disagree. */
export interface JobPayloads {
  /** Send what is ready for one person, in order. */
  deliver: { lane: string }
  /** Something is due on a case: remind, pass on, escalate, close. */
  due: { caseId: string }
  /** Somebody left: their personal data goes. */
  erase: { erasureId: string }
  /** A picture, voice or video is to be fetched from its platform. */
  media: { mediaId: string }
}

export type JobName = keyof JobPayloads
export const jobNames = ['deliver', 'due', 'erase', 'media'] as const satisfies readonly JobName[]

/** A job to be queued. `id` is `<kind>-<uuid>-<generation>`: BullMQ refuses `:` and ids of digits alone. */
export interface Job<Name extends JobName = JobName> {
  name: Name
  id: string
  payload: JobPayloads[Name]
  /** Whole milliseconds from now; 0 or absent: at once. */
  delayMs?: number
}

/** What a worker says of a job it was given; `queue/` turns it into BullMQ's behaviour. */
export type Outcome =
  | { do: 'done' }
  /** Failed for now; tried again after `afterMs`. Counts as an attempt. */
  | { do: 'retry'; afterMs: number; reason: string }
  /** Not possible, not to be tried again. */
  | { do: 'cancel'; reason: string }
  /** Not yet: come back after `afterMs`. No attempt is counted. */
  | { do: 'snooze'; afterMs: number }
