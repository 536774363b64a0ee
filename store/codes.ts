import { createHash, randomInt } from 'node:crypto'
import type pg from 'pg'

/** What a good binding code does. */
export interface BindingCode {
  personId: string
  /** The accounts they have already. */
  accounts: string[]
  /** Those lose their binding by it: the phone they were on is lost. */
  replaces: boolean
}

const digits = 8

/** Binding codes lie in the ledger only as this. */
function bindingCodeHash(code: string): Buffer {
  return createHash('sha256').update(`binding ${code}`).digest()
}

/** Codes that pick a conversation up lie in the ledger only as this. */
function pickupCodeHash(code: string): Buffer {
  return createHash('sha256').update(`pickup ${code}`).digest()
}

/**
 * Makes a one-time code of eight digits for a person; earlier unused ones are void. With `replaces` their other accounts
 * are unbound when it is used. Null when nobody on the rolls has this id.
 */
export async function createBindingCode(
  pool: pg.Pool,
  personId: string,
  expiresAt: Date,
  { replaces = false } = {},
): Promise<string | null> {
  const code = randomCode()
  const { rowCount } = await pool.query(
    `WITH known AS (SELECT id FROM person WHERE id = $2 AND active), void AS (
       DELETE FROM binding_code WHERE person_id = $2 AND redeemed_at IS NULL)
     INSERT INTO binding_code (code_hash, person_id, expires_at, replaces) SELECT $1, id, $3, $4 FROM known`,
    [bindingCodeHash(code), personId, expiresAt, replaces],
  )
  return rowCount === 1 ? code : null
}

/**
 * Makes a one-time code of eight digits by which another account goes on with this contact's conversation; earlier unused
 * ones are void. Who says it there is from then on the same resident. Null when there is no such contact.
 */
export async function createPickupCode(pool: pg.Pool, contactId: string, expiresAt: Date): Promise<string | null> {
  for (;;) {
    const code = randomCode()
    const { rows } = await pool.query<{ made: boolean; known: boolean }>(
      // Used and old ones go, so that eight digits stay far more than there are codes.
      `WITH void AS (
         DELETE FROM pickup_code WHERE (contact_id = $2 AND redeemed_at IS NULL)
           OR expires_at < $3::timestamptz - interval '1 day'
       ), known AS (SELECT id FROM contact WHERE id = $2), made AS (
         INSERT INTO pickup_code (code_hash, contact_id, expires_at) SELECT $1, id, $3 FROM known
         ON CONFLICT (code_hash) DO NOTHING RETURNING 1
       )
       SELECT EXISTS (SELECT 1 FROM made) AS made, EXISTS (SELECT 1 FROM known) AS known`,
      [pickupCodeHash(code), contactId, expiresAt],
    )
    if (rows[0]!.made) return code
    if (!rows[0]!.known) return null
  }
}

function randomCode(): string {
  return String(randomInt(0, 10 ** digits)).padStart(digits, '0')
}

/** The good ones among a batch's binding codes, locked, so that one code never binds two accounts. */
export async function lockBindingCodes(
  client: pg.ClientBase,
  codes: readonly string[],
  now: Date,
): Promise<Map<string, BindingCode>> {
  const { rows } = await client.query<BindingCode & { hash: Buffer }>(
    `SELECT code_hash AS hash, b.person_id AS "personId", replaces,
       ARRAY(SELECT id::text FROM contact c WHERE c.person_id = b.person_id ORDER BY id) AS accounts
     FROM binding_code b
     WHERE code_hash = ANY($1) AND redeemed_at IS NULL AND expires_at > $2 ORDER BY code_hash FOR UPDATE OF b`,
    [codes.map(bindingCodeHash), now],
  )
  return byCode(codes, bindingCodeHash, rows)
}

/** Whoever joins accounts waits for whoever does so already: two who join each other would both belong to nobody. */
const joiningLock = 5_120_441

/** The contacts that a batch's pickup codes stand for, the codes locked. */
export async function lockPickupCodes(
  client: pg.ClientBase,
  codes: readonly string[],
  now: Date,
): Promise<Map<string, string>> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [joiningLock])
  const { rows } = await client.query<{ hash: Buffer; contactId: string }>(
    `SELECT code_hash AS hash, contact_id AS "contactId" FROM pickup_code
     WHERE code_hash = ANY($1) AND redeemed_at IS NULL AND expires_at > $2 ORDER BY code_hash FOR UPDATE`,
    [codes.map(pickupCodeHash), now],
  )
  const found = byCode(codes, pickupCodeHash, rows)
  return new Map([...found].map(([code, { contactId }]) => [code, contactId]))
}

function byCode<Row extends { hash: Buffer }>(
  codes: readonly string[],
  hashOf: (code: string) => Buffer,
  rows: readonly Row[],
): Map<string, Row> {
  const byHash = new Map(rows.map((row) => [row.hash.toString('hex'), row]))
  return new Map(
    codes.flatMap((code) => {
      const row = byHash.get(hashOf(code).toString('hex'))
      return row === undefined ? [] : [[code, row] as const]
    }),
  )
}

/** Marks codes as used up. */
export async function redeemBindingCodes(client: pg.ClientBase, codes: readonly string[], now: Date): Promise<void> {
  await client.query('UPDATE binding_code SET redeemed_at = $2 WHERE code_hash = ANY($1)', [
    codes.map(bindingCodeHash),
    now,
  ])
}

/** A conversation picked up: the contact that said the code, and the one it was made for. */
export interface PickUp {
  code: string
  by: string
  of: string
}

/** Makes one resident of both, with all the accounts either had, and uses the code up. Needs the lock of the codes. */
export async function joinResidents(client: pg.ClientBase, { code, by, of }: PickUp, now: Date): Promise<void> {
  await client.query(
    `WITH ends AS (
       SELECT (SELECT COALESCE(resident_id, id) FROM contact WHERE id = $1) AS mine,
         (SELECT COALESCE(resident_id, id) FROM contact WHERE id = $2) AS theirs
     ), used AS (UPDATE pickup_code SET redeemed_at = $4 WHERE code_hash = $3)
     UPDATE contact c SET resident_id = ends.theirs FROM ends
     WHERE ends.mine <> ends.theirs AND (c.id = ends.mine OR c.resident_id = ends.mine)`,
    [by, of, pickupCodeHash(code), now],
  )
}
