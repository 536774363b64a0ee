import type pg from 'pg'
import { shanghaiDay } from '#base'
import type { Clock } from '#base'
import type { Keyring } from './keyring.ts'
import { inTransaction } from './transaction.ts'

/** An access token of a platform. */
export interface KeptToken {
  value: string
  expiresAt: Date
}

export interface HeldTokens {
  read(): Promise<KeptToken | null>
  write(token: KeptToken): Promise<void>
  /** Whether a new token may be forced now; a yes is counted at once, also when what follows fails. */
  mayForce(): Promise<boolean>
}

/** One account's token, shared by every process. */
export interface Tokens {
  read(): Promise<KeptToken | null>
  /** Runs `work` in one process at a time; others wait up to 8 s, then fail with Postgres's 55P03. */
  exclusively<T>(work: (held: HeldTokens) => Promise<T>): Promise<T>
}

/** What the platform allows. https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken */
const mostForced = 20
const forcedApartMs = 30_000

/** Tokens in Postgres, sealed. `account` names channel and account: `official-account:wx…`. */
export function openTokens(pool: pg.Pool, keyring: Keyring, account: string, clock: Clock): Tokens {
  const held: HeldTokens = {
    async read() {
      const { rows } = await pool.query<{ sealed: Buffer | null; expiresAt: Date | null }>({
        name: 'tokens-read',
        text: 'SELECT sealed, expires_at AS "expiresAt" FROM platform_token WHERE account = $1',
        values: [account],
      })
      const row = rows[0]
      if (!row?.sealed || !row.expiresAt) return null
      return { value: keyring.open(row.sealed), expiresAt: row.expiresAt }
    },
    async write({ value, expiresAt }) {
      await pool.query(
        `INSERT INTO platform_token (account, sealed, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at`,
        [account, keyring.seal(value), expiresAt],
      )
    },
    async mayForce() {
      const now = clock()
      const day = shanghaiDay(now)
      const { rowCount } = await pool.query(
        `INSERT INTO platform_token AS t (account, forced_day, forced_count, forced_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (account) DO UPDATE SET forced_day = $2, forced_at = $3,
           forced_count = CASE WHEN t.forced_day = $2 THEN t.forced_count + 1 ELSE 1 END
         WHERE (t.forced_day IS DISTINCT FROM $2 OR t.forced_count < $4)
           AND (t.forced_at IS NULL OR t.forced_at <= $3::timestamptz - $5 * interval '1 ms')`,
        [account, day, now, mostForced, forcedApartMs],
      )
      return rowCount === 1
    },
  }
  return {
    read: () => held.read(),
    // The lock alone lives in the transaction; what is written meanwhile is there at once, and stays.
    exclusively: (work) =>
      inTransaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = '8s'`)
        await client.query('SELECT pg_advisory_xact_lock(20251, hashtext($1))', [account])
        return work(held)
      }),
  }
}
