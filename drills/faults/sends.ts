import type pg from 'pg'
import type { Finding } from './finding.ts'

export interface SendFigures {
  sent: number
  refused: number
  /** Of these nobody knows; each with whether it arrived after all. */
  unknown: string[]
}

interface Row {
  id: string
  seq: string
  openid: string
  template: string
  text: string
  status: string
  code: string | null
  attempts: number
  createdAt: Date
  finishedAt: Date | null
}

interface Accepted {
  openid: string
  content: string
}

/** Holds what the ledger says was sent against what the platform took, and the order of both. */
export async function auditSends(
  pool: pg.Pool,
  keyring: { open(sealed: Buffer): string },
  accepted: readonly Accepted[],
): Promise<{ findings: Finding[]; figures: SendFigures }> {
  const { rows } = await pool.query<Omit<Row, 'openid'> & { sealed: Buffer | null }>(
    `SELECT d.id, d.seq, d.template, d.text, d.status, d.code, d.attempts,
       d.created_at AS "createdAt", d.finished_at AS "finishedAt", c.address_sealed AS sealed
     FROM delivery d LEFT JOIN contact c ON c.id = d.contact_id OR c.person_id = d.person_id ORDER BY d.seq`,
  )
  const deliveries = rows.map(({ sealed, ...row }): Row => ({
    ...row,
    openid: sealed === null ? '' : keyring.open(sealed),
  }))
  const key = ({ openid, text }: { openid: string; text: string }) => `${openid} ${text}`
  const arrivals = Map.groupBy(accepted, ({ openid, content }) => key({ openid, text: content }))
  const findings: Finding[] = []
  const unknown: string[] = []

  for (const [each, of] of Map.groupBy(deliveries, key)) {
    const arrived = arrivals.get(each)?.length ?? 0
    arrivals.delete(each)
    const sent = of.filter(({ status }) => status === 'sent').length
    const open = of.filter(({ status }) => status === 'unknown')
    const name = `${of[0]!.template} ${of.map(({ id }) => id).join(', ')}`
    if (arrived > sent + open.length) {
      findings.push({
        sort: 'doubled',
        what: `${name}: the ledger has ${sent} sent and ${open.length} unknown, ${arrived} arrived`,
      })
    }
    if (arrived < sent)
      findings.push({ sort: 'lost', what: `${name}: the ledger has ${sent} sent, ${arrived} arrived` })
    for (const [index, { id, template, code }] of open.entries()) {
      unknown.push(`${id} ${template} ${code} ${index < arrived - sent ? 'arrived' : 'did not arrive'}`)
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

/** For each person, what arrived stands in the order of the ledger's sequence. */
function orderFaults(deliveries: readonly Row[], accepted: readonly Accepted[]): Finding[] {
  const findings: Finding[] = []
  const queues = new Map<string, Row[]>()
  for (const row of deliveries) {
    if (row.status !== 'sent' && row.status !== 'unknown') continue
    const same = `${row.openid} ${row.text}`
    queues.set(same, [...(queues.get(same) ?? []), row])
  }
  const last = new Map<string, Row>()
  for (const { openid, content } of accepted) {
    // The same words twice: the earlier row first.
    const row = queues.get(`${openid} ${content}`)?.shift()
    if (!row) continue
    const before = last.get(openid)
    if (before && BigInt(before.seq) > BigInt(row.seq)) {
      findings.push({
        sort: 'misordered',
        what: `${tell(row)} arrived after ${tell(before)}`,
      })
    }
    last.set(openid, row)
  }
  return findings
}

function tell({ id, seq, template, status, attempts, createdAt, finishedAt }: Row): string {
  return `${template} ${id} (${seq}, ${status}, attempts ${attempts}, ${createdAt.toISOString()}–${finishedAt?.toISOString()})`
}
