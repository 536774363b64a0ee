import { sql } from 'drizzle-orm'
import { bigint, index, integer, json, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/** What we have to tell people. `seq` is the order within a lane, and a lane is one person. */
export const delivery = pgTable(
  'delivery',
  {
    id: uuid('id').primaryKey(),
    seq: bigint('seq', { mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
    /** A contact's id, or `person:<id>` for people on the rolls, who may have several accounts. */
    lane: text('lane').notNull(),
    contactId: uuid('contact_id'),
    personId: text('person_id'),
    caseId: uuid('case_id'),
    template: text('template').notNull(),
    text: text('text').notNull(),
    /** ready → sending → sent | refused | unknown; → resolved: the person was told since; → resent: staff had it sent anew */
    status: text('status').notNull(),
    attempts: integer('attempts').notNull().default(0),
    lease: uuid('lease'),
    leaseUntil: moment('lease_until'),
    notBefore: moment('not_before').notNull(),
    /** The account it is, or was last, sent to, and when that had last been heard from. */
    accountId: uuid('account_id'),
    accountHeardAt: moment('account_heard_at'),
    /** Accounts that refused it for good: `[{ account, channel, code, reason, heard, attempts }]`. */
    tried: jsonb('tried')
      .notNull()
      .default(sql`'[]'::jsonb`),
    /** The message in whose answer it was said again. */
    resolvedBy: uuid('resolved_by'),
    /** The delivery that staff had sent anew by this one. */
    resendOf: uuid('resend_of'),
    /** The platform's code, or ours (`window-closed`, `unbound`, `left`, `gave-up`). */
    code: text('code'),
    reason: text('reason'),
    platformId: text('platform_id'),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('delivery_lane')
      .on(table.lane, table.seq)
      .where(sql`status in ('ready', 'sending')`),
    index('delivery_held')
      .on(table.lane)
      .where(sql`status = 'refused'`),
    index('delivery_unknown')
      .on(table.lane)
      .where(sql`status = 'unknown'`),
    uniqueIndex('delivery_resend')
      .on(table.resendOf)
      .where(sql`resend_of is not null`),
    index('delivery_case').on(table.caseId),
    // What somebody was told besides cases: it is forgotten when they leave. Nearly all belongs to a case and isn't entered.
    index('delivery_caseless')
      .on(table.contactId)
      .where(sql`case_id is null`),
    // What somebody who reads along (the web chat) has not seen yet. No row of it is written before a send ended.
    index('delivery_account')
      .on(table.accountId, table.finishedAt)
      .where(sql`status in ('sent', 'unknown')`),
    // What was last pushed to a deputy: that is what a bare "接单" answers.
    index('delivery_pushed')
      .on(table.lane, table.seq)
      .where(sql`person_id is not null and case_id is not null`),
  ],
)

/** Jobs to be queued, written with the events they follow from. A row goes when its job is in the queue. */
export const outbox = pgTable('outbox', {
  id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(),
  name: text('name').notNull(),
  payload: json('payload').notNull(),
})
