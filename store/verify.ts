import type pg from 'pg'
import { canonicalJson, commit } from '#base'
import { findBreak, replay, wakeAt } from '#cases'
import type { Case, Chained } from '#cases'
import { inTransaction } from './transaction.ts'

export interface VerifyReport {
  cases: number
  events: number
  messages: number
  /** One line per fault; empty when all is well. Ids and numbers only. */
  faults: string[]
}

const page = 500

/** Reads the whole ledger: chains, stored cases against their timelines, commitments against words. */
export async function verify(pool: pg.Pool, progress?: (cases: number) => void): Promise<VerifyReport> {
  const faults: string[] = []
  let cases = 0
  let events = 0
  let messages = 0
  let after = '00000000-0000-0000-0000-000000000000'

  for (;;) {
    const { rows, timelines, words } = await inTransaction(pool, (client) => readPage(client, after), oneMoment)
    if (rows.length === 0) break
    after = rows.at(-1)!.id
    for (const row of rows) {
      const timeline = timelines.get(row.id) ?? []
      cases += 1
      events += timeline.length
      const broken = findBreak(row.id, timeline)
      if (broken) faults.push(`case ${row.number}: ${broken}`)
      else if (timeline.at(-1)?.hash !== row.headHash)
        faults.push(`case ${row.number}: the end of its timeline is missing`)
      else if (canonicalJson(replay(row.id, timeline)) !== canonicalJson(row.state)) {
        faults.push(`case ${row.number}: the stored case is not what its timeline adds up to`)
      } else if (!fits(row)) faults.push(`case ${row.number}: what it is looked up by is not what it is`)
      for (const [message, commitment] of commitments(timeline)) {
        messages += 1
        const said = words.get(message)
        if (!said) faults.push(`case ${row.number}: message ${message} is missing`)
        else if (!holds(said, commitment))
          faults.push(`case ${row.number}: the words of message ${message} were altered`)
      }
    }
    progress?.(cases)
  }

  const orphans = await pool.query<{ caseId: string }>(
    `SELECT DISTINCT case_id AS "caseId" FROM event e WHERE NOT EXISTS (SELECT 1 FROM "case" c WHERE c.id = e.case_id)`,
  )
  for (const { caseId } of orphans.rows) faults.push(`case ${caseId}: its timeline is there but the case is gone`)
  return { cases, events, messages, faults }
}

/** What the timeline says of each message's words; what an erasure left of them counts from there on. Null: nothing. */
function commitments(timeline: readonly Chained[]): Map<string, string | null> {
  const told = new Map<string, string | null>()
  for (const { event } of timeline) {
    if ('words' in event) told.set(event.words.message, event.words.commitment)
    if (event.type === 'erased') for (const { message, commitment } of event.remains) told.set(message, commitment)
  }
  return told
}

/** Words that are gone without an erasure saying so were altered too. */
function holds({ salt, words }: { salt: string | null; words: string }, commitment: string | null): boolean {
  if (commitment === null) return salt === null && words === ''
  return salt !== null && commit(salt, words) === commitment
}

interface StoredRow {
  id: string
  number: string
  version: number
  headHash: string
  state: Case
  status: string
  resident: string
  deputy: string | null
  through: string | null
  region: string | null
  openedAt: Date
  wakeAt: Date | null
}

/** Cases, events and words as of one moment: what is said meanwhile must not look like a fault. */
const oneMoment = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

async function readPage(client: pg.ClientBase, after: string) {
  const { rows } = await client.query<StoredRow>(
    `SELECT id, number, version, head_hash AS "headHash", state, status, contact_id AS resident, deputy_id AS deputy,
       through_id AS through, region, opened_at AS "openedAt", wake_at AS "wakeAt" FROM "case" WHERE id > $1 ORDER BY id LIMIT $2`,
    [after, page],
  )
  const ids = rows.map(({ id }) => id)
  return { rows, timelines: await timelinesOf(client, ids), words: await wordsOf(client, ids) }
}

/** The columns beside the state: lists, lanes and the clock go by them. */
function fits({ state, ...row }: StoredRow): boolean {
  const wake = wakeAt(state.due)
  return (
    row.number === state.number &&
    row.version === state.version &&
    row.status === state.status &&
    row.resident === state.resident &&
    row.deputy === state.deputy &&
    row.through === (state.through ?? null) &&
    row.region === state.region &&
    row.openedAt.getTime() === Date.parse(state.openedAt) &&
    row.wakeAt?.getTime() === (wake === null ? undefined : Date.parse(wake))
  )
}

async function timelinesOf(client: pg.ClientBase, ids: string[]): Promise<Map<string, Chained[]>> {
  const { rows } = await client.query<Chained & { caseId: string }>(
    `SELECT case_id AS "caseId", seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, actor,
       event, previous, hash FROM event WHERE case_id = ANY($1) ORDER BY case_id, seq`,
    [ids],
  )
  const timelines = new Map<string, Chained[]>()
  for (const { caseId, ...chained } of rows) {
    const timeline = timelines.get(caseId)
    if (timeline) timeline.push(chained)
    else timelines.set(caseId, [chained])
  }
  return timelines
}

async function wordsOf(
  client: pg.ClientBase,
  caseIds: string[],
): Promise<Map<string, { salt: string | null; words: string }>> {
  const { rows } = await client.query<{ id: string; salt: string | null; text: string | null; extra: unknown }>(
    'SELECT id, salt, text, extra FROM message WHERE case_id = ANY($1)',
    [caseIds],
  )
  return new Map(rows.map(({ id, salt, text, extra }) => [id, { salt, words: committedWords(text, extra) }]))
}

/** What a commitment covers: the words, or for a picture and the like what the platform said of it. */
export function committedWords(text: string | null, extra: unknown): string {
  return extra === null || extra === undefined ? (text ?? '') : canonicalJson({ extra, text })
}
