import type pg from 'pg'
import type { Case, CaseEvent } from '#cases'
import { calendarOf, termsOf } from '#config'
import type { City } from '#config'
import type { Finding } from './finding.ts'

interface Dated {
  caseId: string
  at: string
  event: CaseEvent
}

/** The day a resident was told is what the city's terms say of the moment it was set, and only a reopening sets another. */
export async function auditDeadlines(pool: pg.Pool, city: City, cases: readonly Case[]): Promise<Finding[]> {
  const { rows } = await pool.query<Dated>(
    `SELECT case_id AS "caseId", event, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
     FROM event WHERE event->>'type' IN ('opened', 'reopened', 'classified') ORDER BY case_id, seq`,
  )
  const answer = termsOf(city).answer
  const calendar = calendarOf(city)
  const after = (at: string, urgency: Case['urgency']): string => {
    const term = answer[urgency]
    const from = new Date(at)
    if ('workingDays' in term) return calendar.addWorkingDays(from, term.workingDays).toISOString()
    return new Date(from.getTime() + ('hours' in term ? term.hours : term.days * 24) * 3_600_000).toISOString()
  }
  const byCase = Map.groupBy(rows, ({ caseId }) => caseId)
  return cases.flatMap((state): Finding[] => {
    let answerBy = ''
    let urgency: Case['urgency'] = 'routine'
    for (const { at, event } of byCase.get(state.id) ?? []) {
      if ('urgency' in event && event.urgency !== undefined) urgency = event.urgency
      if (event.type !== 'opened' && event.type !== 'reopened') continue
      answerBy = event.answerBy
      const right = after(at, urgency)
      if (answerBy !== right)
        return [
          { sort: 'broken', what: `case ${state.number}: ${event.type} at ${at} is due ${answerBy}, not ${right}` },
        ]
    }
    return state.answerBy === answerBy
      ? []
      : [{ sort: 'broken', what: `case ${state.number} is due ${state.answerBy}, and was to be ${answerBy}` }]
  })
}
