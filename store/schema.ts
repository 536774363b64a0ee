import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Actor, Case, CaseEvent } from '#cases'

// The tables that every message writes to have no foreign keys: one statement writes them all (write.ts), nothing is
// ever deleted from them, and `verify` finds what would not fit together. Checking six keys a message cost a sixth of it.

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' })

/** Data keys, wrapped by the master key. */
export const dataKey = pgTable('data_key', {
  id: text('id').primaryKey(),
  /** `seal`: encrypts identity fields; `lookup`: keys the hash they are found by. */
  purpose: text('purpose').notNull(),
  wrapped: bytes('wrapped').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
})

/** Everybody on the rolls: deputies, staff, handlers, grid workers. The city's files are read into it on start. */
export const person = pgTable('person', {
  id: text('id').primaryKey(),
  role: text('role').notNull(),
  name: text('name').notNull(),
  region: text('region').notNull(),
  station: text('station'),
  organisation: text('organisation'),
  topics: text('topics').array().notNull(),
  /** `[{ from, until }]`, dates in Asia/Shanghai, both included. */
  leave: jsonb('leave').$type<{ from: string; until: string }[]>().notNull(),
  /** False once they are off the roll; never deleted, for their cases name them. */
  active: boolean('active').notNull(),
})

/** A person's account on one channel. The address is personal data: sealed, and found by a keyed hash. */
export const contact = pgTable(
  'contact',
  {
    id: uuid('id').primaryKey(),
    channel: text('channel').notNull(),
    addressHash: bytes('address_hash').notNull(),
    addressSealed: bytes('address_sealed'),
    personId: text('person_id').references(() => person.id),
    boundAt: moment('bound_at'),
    following: boolean('following').notNull(),
    /** What the dialogue remembers: scene, question asked, last case, … */
    dialogue: jsonb('dialogue').notNull(),
    /** Open sending windows, `[{ kind, until, left }]`; the platform's quotas, counted here. */
    windows: jsonb('windows').notNull(),
    lastHeardAt: moment('last_heard_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('contact_address').on(table.channel, table.addressHash),
    index('contact_person')
      .on(table.personId)
      .where(sql`person_id is not null`),
  ],
)

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
    /** The words, if it has any. Emptied by an erasure, as is the salt. */
    text: text('text'),
    /** What else the platform said of it: media ids, coordinates, links. */
    extra: jsonb('extra'),
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
    region: text('region'),
    /** What the resident called the place. Their words: emptied by an erasure. */
    placeText: text('place_text'),
    openedAt: moment('opened_at').notNull(),
    /** When the clock next has something to do; null when nobody owes it anything. */
    wakeAt: moment('wake_at'),
    /** When the resident last added words, by their own clock. */
    lastSaidAt: moment('last_said_at').notNull(),
    state: jsonb('state').$type<Case>().notNull(),
  },
  (table) => [
    uniqueIndex('case_number').on(table.number),
    index('case_contact').on(table.contactId, table.openedAt),
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
    actor: jsonb('actor').$type<Actor>().notNull(),
    event: jsonb('event').$type<CaseEvent>().notNull(),
    previous: text('previous').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.seq] })],
)

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
    /** ready → sending → sent | refused | unknown */
    status: text('status').notNull(),
    attempts: integer('attempts').notNull().default(0),
    lease: uuid('lease'),
    leaseUntil: moment('lease_until'),
    notBefore: moment('not_before').notNull(),
    /** The platform's code, or ours (`window-closed`, `unbound`, `left`). */
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
    index('delivery_unfinished')
      .on(table.notBefore)
      .where(sql`status in ('ready', 'sending')`),
    index('delivery_held')
      .on(table.lane)
      .where(sql`status = 'refused'`),
    index('delivery_case').on(table.caseId),
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
  payload: jsonb('payload').notNull(),
})

/** One-time codes that bind an account to a person on the roll. Only the hash is kept. */
export const bindingCode = pgTable('binding_code', {
  codeHash: bytes('code_hash').primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => person.id),
  expiresAt: moment('expires_at').notNull(),
  redeemedAt: moment('redeemed_at'),
})

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
