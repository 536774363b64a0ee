import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytes, moment } from './columns.ts'

/** Data keys, wrapped by the master key. */
export const dataKey = pgTable('data_key', {
  id: text('id').primaryKey(),
  /** `seal`: encrypts identity fields; `lookup`: keys the hash they are found by. */
  purpose: text('purpose').notNull(),
  wrapped: bytes('wrapped').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
})

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
