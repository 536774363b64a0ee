import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/** What a language model suggests of cases that we were not sure of: hints for staff, which change nothing. */
export const caseHint = pgTable(
  'case_hint',
  {
    caseId: uuid('case_id').primaryKey(),
    /** waiting → given | missed */
    status: text('status').notNull(),
    attempts: integer('attempts').notNull().default(0),
    lease: uuid('lease'),
    notBefore: moment('not_before').notNull(),
    kind: text('kind'),
    topic: text('topic'),
    /** In the resident's words: it goes with an erasure. */
    place: text('place'),
    confidence: real('confidence'),
    model: text('model'),
    /** Why there was no answer. */
    code: text('code'),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('case_hint_waiting')
      .on(table.createdAt)
      .where(sql`status = 'waiting'`),
    index('case_hint_given')
      .on(table.finishedAt)
      .where(sql`status = 'given'`),
  ],
)

/** Two open cases that are likely one matter; for staff. Made by the workers, and could be made again from the cases. */
export const caseTwin = pgTable(
  'case_twin',
  {
    /** The later one. */
    caseId: uuid('case_id').notNull(),
    otherId: uuid('other_id').notNull(),
    /** 0..1 */
    likeness: real('likeness').notNull(),
    /** What both have in common; quotes their words, and goes with them. */
    reason: jsonb('reason').notNull(),
    foundAt: moment('found_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.otherId] }), index('case_twin_other').on(table.otherId)],
)

/** How far twins were looked for, and which process does so; one row. */
export const twinSearch = pgTable('twin_search', {
  id: integer('id').primaryKey(),
  /** All cases up to this one were compared. */
  upTo: uuid('up_to'),
  holder: uuid('holder'),
  heldUntil: moment('held_until'),
})
