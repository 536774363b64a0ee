import { sql } from 'drizzle-orm'
import { bigint, index, integer, json, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

// Messages, cases, events and deliveries have no foreign keys: one statement writes them all (../write.ts), nothing is
// ever deleted from them, and `verify` finds what would not fit together. Checking six keys a message cost a sixth of it.
// Documents that every message writes are `json`, not `jsonb`: written once, seldom searched, and taking each apart cost
// another sixth (docs/adr/0027).

/** What people said to us, as they said it, and what they were answered at once. Never changed. */
export const message = pgTable(
  'message',
  {
    id: uuid('id').primaryKey(),
    channel: text('channel').notNull(),
    dedupeKey: text('dedupe_key').notNull(),
    nonce: text('nonce'),
    contactId: uuid('contact_id'),
    caseId: uuid('case_id'),
    type: text('type').notNull(),
    /** The words, if it has any. An erasure leaves of them what a matter needs, under a new salt, or nothing. */
    text: text('text'),
    /** What else the platform said of it: media ids, coordinates, links. */
    extra: json('extra'),
    salt: text('salt'),
    /** What it was taken as: `opened`, `joined`, `progress`, `chitchat`, … */
    meaning: text('meaning').notNull(),
    answer: text('answer'),
    saidAt: moment('said_at').notNull(),
    receivedAt: moment('received_at').notNull(),
  },
  (table) => [
    uniqueIndex('message_dedupe').on(table.channel, table.dedupeKey),
    uniqueIndex('message_nonce')
      .on(table.channel, table.nonce)
      .where(sql`nonce is not null`),
    index('message_contact').on(table.contactId, table.receivedAt),
    index('message_case')
      .on(table.caseId)
      .where(sql`case_id is not null`),
  ],
)

/** Pictures, voices and videos of messages: fetched before the platform forgets them. The message itself never changes. */
export const media = pgTable(
  'media',
  {
    id: uuid('id').primaryKey(),
    messageId: uuid('message_id').notNull(),
    /** waiting → fetched | refused; erased once its person left */
    status: text('status').notNull(),
    contentType: text('content_type'),
    /** Of the content itself, not of its sealed form. */
    bytes: integer('bytes'),
    /** Of the content, in hex: the same content is kept once. */
    sha256: text('sha256'),
    /** `folder` or `bucket`. */
    kept: text('kept'),
    code: text('code'),
    reason: text('reason'),
    attempts: integer('attempts').notNull().default(0),
    notBefore: moment('not_before').notNull(),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    uniqueIndex('media_message').on(table.messageId),
    index('media_waiting')
      .on(table.notBefore)
      .where(sql`status = 'waiting'`),
    index('media_refused')
      .on(table.createdAt)
      .where(sql`status = 'refused'`),
    index('media_content')
      .on(table.sha256)
      .where(sql`status = 'fetched'`),
  ],
)

/** Accounts that left: what was theirs until then is erased by a job. The row stays, as the record that it was. */
export const erasure = pgTable(
  'erasure',
  {
    id: uuid('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    /** The message by which they left. */
    messageId: uuid('message_id').notNull(),
    /** Whose account it was, for people on the rolls. */
    personId: text('person_id'),
    /** What was said after it stays: they came back, and the news of their leaving was late. */
    upTo: moment('up_to').notNull(),
    askedAt: moment('asked_at').notNull(),
    doneAt: moment('done_at'),
  },
  (table) => [
    index('erasure_open')
      .on(table.askedAt)
      .where(sql`done_at is null`),
  ],
)

/** Counters of what was refused at the door, by code. */
export const refusal = pgTable(
  'refusal',
  {
    channel: text('channel').notNull(),
    code: text('code').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.code] })],
)

/**
 * Signed requests that only repeated a message: no row of `message` holds their nonce, and yet it is used up. Needed for
 * as long as their signature is fresh.
 */
export const spentNonce = pgTable(
  'spent_nonce',
  {
    channel: text('channel').notNull(),
    nonce: text('nonce').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.nonce] }), index('spent_nonce_at').on(table.at)],
)
