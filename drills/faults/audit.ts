import type pg from 'pg'
import { isOpen } from '#cases'
import type { Case } from '#cases'
import { openKeyring, verify } from '#store'
import { auditDeadlines } from './deadlines.ts'
import { auditSends } from './sends.ts'
import type { SendFigures } from './sends.ts'
import type { Finding } from './finding.ts'
import type { Talk } from './talk.ts'
import type { World } from './world.ts'

export interface Audit {
  findings: Finding[]
  figures: { acknowledged: number; stored: number; cases: number } & SendFigures
}

/** Compares what was said and what arrived with what the ledger says. Everything must be settled. */
export async function audit(world: World, talk: Talk): Promise<Audit> {
  const { pool, masterKey, platform, clock, city } = world
  const keyring = await openKeyring(pool, masterKey)
  const cases = await casesIn(pool)
  const sends = await auditSends(pool, keyring, platform.accepted)
  const whole = await verify(pool)
  const findings: Finding[] = [
    ...(await auditMessages(pool, talk)),
    ...auditReceipts(talk, cases, await addressesOf(pool, keyring)),
    ...cases.flatMap(({ state, wakeAt }) => holderFaults(state, wakeAt, clock())),
    ...(await auditDeadlines(
      pool,
      city,
      cases.map(({ state }) => state),
    )),
    ...sends.findings,
    ...whole.faults.map((what): Finding => ({ sort: 'broken', what: `verify: ${what}` })),
    ...[...world.bots, ...world.workers].flatMap(({ falls }) =>
      falls.map((what): Finding => ({ sort: 'broken', what })),
    ),
  ]
  const { rows } = await pool.query<{ stored: number }>(`SELECT count(*)::int AS stored FROM message`)
  const acknowledged = talk.said.filter((each) => each.acknowledged).length
  return { findings, figures: { acknowledged, stored: rows[0]!.stored, cases: cases.length, ...sends.figures } }
}

interface CaseKept {
  state: Case
  wakeAt: Date | null
}

async function casesIn(pool: pg.Pool): Promise<CaseKept[]> {
  const { rows } = await pool.query<CaseKept>('SELECT state, wake_at AS "wakeAt" FROM "case" ORDER BY opened_at')
  return rows
}

async function addressesOf(pool: pg.Pool, keyring: { open(sealed: Buffer): string }): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; sealed: Buffer }>('SELECT id, address_sealed AS sealed FROM contact')
  return new Map(rows.map(({ id, sealed }) => [id, keyring.open(sealed)]))
}

/** Acknowledged: there, and once. Not acknowledged: at most once. */
async function auditMessages(pool: pg.Pool, { said, scanned }: Talk): Promise<Finding[]> {
  const { rows } = await pool.query<{ key: string; count: number }>(
    'SELECT dedupe_key AS key, count(*)::int AS count FROM message GROUP BY dedupe_key',
  )
  const times = new Map(rows.map(({ key, count }) => [key, count]))
  const findings: Finding[] = []
  for (const { msgId, acknowledged } of said) {
    const count = times.get(`message:${msgId}`) ?? 0
    if (count > 1) findings.push({ sort: 'doubled', what: `message ${msgId} is stored ${count} times` })
    if (acknowledged && count === 0)
      findings.push({ sort: 'lost', what: `message ${msgId} was acknowledged and is not stored` })
  }
  const scans = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM message WHERE type = 'scan'`)
  const missing = scanned.length - scans.rows[0]!.count
  if (missing > 0) findings.push({ sort: 'lost', what: `${missing} scans were acknowledged and are not stored` })
  if (missing < 0) findings.push({ sort: 'doubled', what: `${-missing} scans are stored that nobody made` })
  return findings
}

/** The number a resident was told is that of a case, and it is theirs. */
function auditReceipts({ said }: Talk, cases: readonly CaseKept[], addresses: Map<string, string>): Finding[] {
  const owners = new Map(cases.map(({ state }) => [state.number, addresses.get(state.resident)]))
  return said.flatMap(({ openid, answer }): Finding[] => {
    const number = /^已收到，编号 ([\d-]+\d)/m.exec(answer ?? '')?.[1]
    if (number === undefined || owners.get(number) === openid) return []
    return [
      {
        sort: 'lost',
        what: `a receipt was given for ${number}, and ${owners.has(number) ? 'it is somebody else’s' : 'there is no such case'}`,
      },
    ]
  })
}

/** Every open case is with someone, with a date that is still to come. */
function holderFaults({ number, status, due, deputy }: Case, wakeAt: Date | null, now: Date): Finding[] {
  const lost = (what: string): Finding[] => [{ sort: 'lost', what: `case ${number} (${status}) ${what}` }]
  if (!isOpen(status)) return wakeAt === null ? [] : lost('is over and has a date')
  if (due === null || wakeAt === null) return lost('is with nobody')
  if (due.party === 'deputy' && deputy === null) return lost('waits for a deputy it does not have')
  if (wakeAt <= now) return lost(`was due at ${wakeAt.toISOString()} and nothing happened by ${now.toISOString()}`)
  return []
}
