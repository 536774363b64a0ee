import type pg from 'pg'
import { canonicalJson, sha256 } from '#base'

/**
 * A day's seal over the ledger: the chain heads that changed since the last one, the counts, and the last one's hash.
 * Carried off to where the database's owner can't reach, it shows a chain that was rewritten, shortened or taken out.
 */
export interface LedgerRoot {
  /** ISO 8601, UTC */
  at: string
  /** The hash of the root before; empty for the first. */
  previous: string
  cases: number
  events: number
  heads: Record<string, { version: number; hash: string }>
  hash: string
}

/** Events may be committed a little after the moment they bear; a head named twice does no harm. */
const overlapMs = 3_600_000

/** Reads the root that follows `previous`, or the first one. */
export async function readRoot(pool: pg.Pool, previous: LedgerRoot | null, now: Date): Promise<LedgerRoot> {
  const since = previous === null ? new Date(0) : new Date(new Date(previous.at).getTime() - overlapMs)
  const { rows } = await pool.query<{ id: string; version: number; hash: string }>(
    `SELECT c.id, c.version, c.head_hash AS hash FROM "case" c
     JOIN event e ON e.case_id = c.id AND e.seq = c.version WHERE e.at >= $1 ORDER BY c.id`,
    [since],
  )
  const root = {
    at: now.toISOString(),
    previous: previous?.hash ?? '',
    ...(await readTotals(pool)),
    heads: Object.fromEntries(rows.map(({ id, version, hash }) => [id, { version, hash }])),
  }
  return { ...root, hash: rootHash(root) }
}

/** What `hash` must be. */
export function rootHash({ at, previous, cases, events, heads }: Omit<LedgerRoot, 'hash'>): string {
  return sha256(canonicalJson({ at, previous, cases, events, heads }))
}

async function readTotals(pool: pg.Pool): Promise<{ cases: number; events: number }> {
  const { rows } = await pool.query<{ cases: number; events: number }>(
    'SELECT count(*)::float8 AS cases, coalesce(sum(version), 0)::float8 AS events FROM "case"',
  )
  return rows[0]!
}

const page = 500

/** What the ledger lacks or has otherwise than `root` says; one line per fault. */
export async function compareRoot(pool: pg.Pool, root: LedgerRoot): Promise<string[]> {
  if (rootHash(root) !== root.hash) return [`the root of ${root.at} was itself altered`]
  const faults: string[] = []
  const totals = await readTotals(pool)
  if (totals.cases < root.cases) faults.push(`${root.cases - totals.cases} cases are gone since the root of ${root.at}`)
  if (totals.events < root.events)
    faults.push(`${root.events - totals.events} events are gone since the root of ${root.at}`)
  const ids = Object.keys(root.heads)
  for (let start = 0; start < ids.length; start += page) {
    const slice = ids.slice(start, start + page)
    const { rows } = await pool.query<{ caseId: string; hash: string }>(
      `SELECT e.case_id AS "caseId", e.hash FROM unnest($1::uuid[], $2::int[]) AS h(id, version)
       JOIN event e ON e.case_id = h.id AND e.seq = h.version`,
      [slice, slice.map((id) => root.heads[id]!.version)],
    )
    const hashes = new Map(rows.map(({ caseId, hash }) => [caseId, hash]))
    for (const id of slice) {
      if (hashes.get(id) !== root.heads[id]!.hash) faults.push(`case ${id}: differs from the root of ${root.at}`)
    }
  }
  return faults
}
