import { sql } from 'drizzle-orm'
import { boolean, index, json, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytes, moment } from './columns.ts'

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
