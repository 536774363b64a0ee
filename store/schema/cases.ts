import { sql } from 'drizzle-orm'
import { index, integer, json, pgSequence, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { Actor, Case, CaseEvent } from '#cases'
import { moment } from './columns.ts'

/** The case as it stands: a cache of its timeline, kept in the same transaction. */
export const caseTable = pgTable(
  'case',
  {
    id: uuid('id').primaryKey(),
    number: text('number').notNull(),
    status: text('status').notNull(),
    version: integer('version').notNull(),
    headHash: text('head_hash').notNull(),
    contactId: uuid('contact_id').notNull(),
    /** A row of person. */
    deputyId: text('deputy_id'),
    /** The grid worker who reported it for a resident without a phone: a row of person. */
    throughId: text('through_id'),
    region: text('region'),
    /** What the resident called the place. Their words: an erasure hides in them what tells who they are. */
    placeText: text('place_text'),
    openedAt: moment('opened_at').notNull(),
    /** When the clock next has something to do; null when nobody owes it anything. */
    wakeAt: moment('wake_at'),
    /** When the resident last added words, by their own clock. */
    lastSaidAt: moment('last_said_at').notNull(),
    state: json('state').$type<Case>().notNull(),
  },
  (table) => [
    uniqueIndex('case_number').on(table.number),
    index('case_contact').on(table.contactId, table.openedAt),
    index('case_through')
      .on(table.throughId, table.openedAt)
      .where(sql`through_id is not null`),
    index('case_wake')
      .on(table.wakeAt)
      .where(sql`wake_at is not null`),
    index('case_deputy')
      .on(table.deputyId)
      .where(sql`status in ('routed', 'accepted', 'answered', 'promised')`),
    index('case_triage')
      .on(table.openedAt)
      .where(sql`status = 'triage'`),
  ],
)

export const caseSerial = pgSequence('case_serial', { startWith: 1000 })

/** The timelines: append-only, each row chained to the one before. */
export const eventTable = pgTable(
  'event',
  {
    caseId: uuid('case_id').notNull(),
    seq: integer('seq').notNull(),
    at: moment('at').notNull(),
    actor: json('actor').$type<Actor>().notNull(),
    event: json('event').$type<CaseEvent>().notNull(),
    previous: text('previous').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.seq] })],
)
