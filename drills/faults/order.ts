import type { Finding } from './finding.ts'

/** A delivery of the ledger, with what it told of. */
export interface Ordered {
  id: string
  /** Its place in the ledger's one sequence. */
  seq: string
  openid: string
  caseId: string | null
  template: string
  text: string
  status: string
  attempts: number
  createdAt: Date
  finishedAt: Date | null
  /** The case's events of the moment it was written, by their number; null when there are none. */
  firstEvent: number | null
  lastEvent: number | null
  /** Who made these events, `party id`; null when only the clock did. */
  speakers: string[] | null
}

/** Sends of which nobody knows; also those that a later word, or staff, made up for. */
export const uncertain: ReadonlySet<string> = new Set(['unknown', 'resolved', 'resent'])

/** The answer to one's own word, where it was too late or too long for the reply: it tells of no event. */
const answers: ReadonlySet<string> = new Set(['late-answer', 'continued'])

/** What the platform took, in that order. */
export interface Accepted {
  openid: string
  content: string
}

/**
 * To each person, what tells of one case arrives in the order of its events, and what one speaker caused in the order
 * they said it. Between two speakers and two cases there is no order to keep (docs/adr/0011).
 */
export function orderFaults(deliveries: readonly Ordered[], accepted: readonly Accepted[]): Finding[] {
  const findings: Finding[] = []
  const went = deliveries.filter(({ status }) => status === 'sent' || uncertain.has(status))
  const queues = Map.groupBy(went, ({ openid, text }) => `${openid} ${text}`)
  const times = Map.groupBy(accepted, ({ openid, content }) => `${openid} ${content}`)
  for (const [same, rows] of queues) {
    // The same words twice, and one of them unknown and not arrived: which of them did can't be told.
    if (rows.length > (times.get(same)?.length ?? 0) || rows.some(({ template }) => answers.has(template)))
      queues.delete(same)
  }
  // The latest so far, not the last: one that came too early must not hide those behind it.
  const latest = new Map<string, Ordered>()
  for (const { openid, content } of accepted) {
    // The same words twice: the earlier row first.
    const row = queues.get(`${openid} ${content}`)?.shift()
    if (!row) continue
    for (const group of groupsOf(row)) {
      const key = `${openid} ${group}`
      const before = latest.get(key)
      const wrong =
        before && (BigInt(before.seq) > BigInt(row.seq) || (before.caseId === row.caseId && tellsOfLater(before, row)))
      if (wrong)
        findings.push({ sort: 'misordered', what: `${tell(row)} arrived after ${tell(before)}, both of ${group}` })
      else latest.set(key, row)
    }
  }
  return findings
}

function groupsOf({ caseId, speakers }: Ordered): string[] {
  return [
    ...(caseId === null ? [] : [`case ${caseId}`]),
    // Two who spoke in one batch on one case can't be told apart.
    ...(speakers?.length === 1 ? [speakers[0]!] : []),
  ]
}

function tellsOfLater(before: Ordered, row: Ordered): boolean {
  return before.firstEvent !== null && row.lastEvent !== null && before.firstEvent > row.lastEvent
}

function tell({ id, seq, template, status, attempts, createdAt, finishedAt }: Ordered): string {
  return `${template} ${id} (${seq}, ${status}, attempts ${attempts}, ${createdAt.toISOString()}–${finishedAt?.toISOString()})`
}
