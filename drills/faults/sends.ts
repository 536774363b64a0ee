import type pg from 'pg'
import { tappableOf } from '#templates'
import { apart } from './apart.ts'
import type { Finding } from './finding.ts'
import { orderFaults, uncertain } from './order.ts'
import type { Accepted, Ordered } from './order.ts'

export interface SendFigures {
  sent: number
  refused: number
  /** Of these nobody knows; each with whether it arrived after all. */
  unknown: string[]
}

interface Row extends Ordered {
  code: string | null
}

/** Holds what the ledger says was sent against what the platform took, and the order of both. */
export async function auditSends(
  pool: pg.Pool,
  keyring: { open(sealed: Buffer): string },
  shown: readonly Accepted[],
): Promise<{ findings: Finding[]; figures: SendFigures }> {
  const { rows } = await pool.query<Omit<Row, 'openid'> & { sealed: Buffer | null }>(
    // What is told was told by an event of that moment on that case.
    `SELECT d.id, d.seq, d.case_id AS "caseId", d.template, d.text, d.status, d.code, d.attempts,
       d.created_at AS "createdAt", d.finished_at AS "finishedAt", c.address_sealed AS sealed,
       e.first AS "firstEvent", e.last AS "lastEvent", e.speakers
     FROM delivery d LEFT JOIN contact c ON c.id = d.contact_id OR c.person_id = d.person_id
       LEFT JOIN LATERAL (SELECT min(seq) AS first, max(seq) AS last,
           array_agg(DISTINCT (actor->>'party') || ' ' || (actor->>'id')) FILTER (WHERE actor->'id' IS NOT NULL) AS speakers
         FROM event WHERE case_id = d.case_id AND at = d.created_at) e ON true
     ORDER BY d.seq`,
  )
  const deliveries = rows.map(({ sealed, ...row }): Row => ({
    ...row,
    // What is tapped is no part of the words as they arrive.
    text: tappableOf(row.template, null, row.text)?.text ?? row.text,
    openid: sealed === null ? '' : keyring.open(sealed),
  }))
  const key = ({ openid, text }: { openid: string; text: string }) => `${openid} ${text}`
  const accepted = apart(shown, deliveries)
  const arrivals = Map.groupBy(accepted, ({ openid, content }) => key({ openid, text: content }))
  const findings: Finding[] = []
  const unknown: string[] = []

  for (const [each, of] of Map.groupBy(deliveries, key)) {
    const arrived = arrivals.get(each)?.length ?? 0
    arrivals.delete(each)
    const sent = of.filter(({ status }) => status === 'sent').length
    const open = of.filter(({ status }) => uncertain.has(status))
    // One that was never finished is a fault of its own, below.
    const unfinished = of.filter(({ status }) => status === 'sending').length
    const name = `${of[0]!.template} ${of.map(({ id, status, code }) => `${id} (${code ?? status})`).join(', ')}`
    if (arrived > sent + open.length + unfinished) {
      findings.push({
        sort: 'doubled',
        what: `${name}: the ledger has ${sent} sent and ${open.length} unknown, ${arrived} arrived`,
      })
    }
    if (arrived < sent)
      findings.push({ sort: 'lost', what: `${name}: the ledger has ${sent} sent, ${arrived} arrived` })
    for (const [index, { id, template, status, code }] of open.entries()) {
      unknown.push(
        `${id} ${template} ${code} ${status === 'unknown' ? '' : `(${status}) `}${index < arrived - sent ? 'arrived' : 'did not arrive'}`,
      )
    }
    for (const { id, template, status } of of) {
      if (status === 'ready' || status === 'sending')
        findings.push({ sort: 'lost', what: `${template} ${id} is still ${status}` })
    }
  }
  for (const [, of] of arrivals)
    findings.push({ sort: 'doubled', what: `${of.length} arrived that the ledger never meant to send` })
  findings.push(...orderFaults(deliveries, accepted))
  const count = (status: string) => deliveries.filter((each) => each.status === status).length
  return { findings, figures: { sent: count('sent'), refused: count('refused'), unknown } }
}
