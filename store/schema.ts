import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  json,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Actor, Case, CaseEvent } from '#cases'

// The tables that every message writes to have no foreign keys: one statement writes them all (write.ts), nothing is
// ever deleted from them, and `verify` finds what would not fit together. Checking six keys a message cost a sixth of it.
// Their documents are `json`, not `jsonb`: written once, seldom searched, and taking each apart cost a sixth once more.

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
    /** One resident with several accounts: the contact that the others joined. Null: nobody's but its own. */
    residentId: uuid('resident_id'),
    following: boolean('following').notNull(),
    /** What the dialogue remembers: scene, question asked, last case, … */
    dialogue: json('dialogue').notNull(),
    /** Open sending windows, `[{ kind, until, left }]`; the platform's quotas, counted here. */
    windows: json('windows').notNull(),
    lastHeardAt: moment('last_heard_at').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('contact_address').on(table.channel, table.addressHash),
    index('contact_person')
      .on(table.personId)
      .where(sql`person_id is not null`),
    index('contact_resident')
      .on(table.residentId)
      .where(sql`resident_id is not null`),
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

/** One-time codes that bind an account to a person on the roll. Only the hash is kept. */
export const bindingCode = pgTable('binding_code', {
  codeHash: bytes('code_hash').primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => person.id),
  expiresAt: moment('expires_at').notNull(),
  /** The person's other accounts are unbound when it is used: their phone is lost. */
  replaces: boolean('replaces').notNull().default(false),
  redeemedAt: moment('redeemed_at'),
})

/** One-time codes by which a resident goes on with a conversation from another account. Only the hash is kept. */
export const pickupCode = pgTable(
  'pickup_code',
  {
    codeHash: bytes('code_hash').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    expiresAt: moment('expires_at').notNull(),
    redeemedAt: moment('redeemed_at'),
  },
  (table) => [index('pickup_code_contact').on(table.contactId), index('pickup_code_expires').on(table.expiresAt)],
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

/** The access token of an account of ours on a platform, sealed, for all processes; and how often a new one was forced. */
export const platformToken = pgTable('platform_token', {
  /** `<channel>:<app id>` */
  account: text('account').primaryKey(),
  sealed: bytes('sealed'),
  expiresAt: moment('expires_at'),
  /** The day in Asia/Shanghai that `forced_count` speaks of. */
  forcedDay: text('forced_day'),
  forcedCount: integer('forced_count').notNull().default(0),
  forcedAt: moment('forced_at'),
})

/** QR codes that the platform made for us: asked for once, printed as often as wanted. */
export const qrCode = pgTable(
  'qr_code',
  {
    /** The app id: another account's codes lead elsewhere. */
    account: text('account').notNull(),
    scene: text('scene').notNull(),
    ticket: text('ticket').notNull(),
    /** What the picture says. */
    url: text('url').notNull(),
    /** Null: for ever. */
    expiresAt: moment('expires_at'),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.scene] })],
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
