import type pg from 'pg'
import { inTransaction } from './transaction.ts'

/** A QR code that a platform made for an account of ours. */
export interface KeptQrCode {
  scene: string
  ticket: string
  /** What the picture says. */
  url: string
  /** Null: for ever. */
  expiresAt: Date | null
}

/**
 * The code of a scene: the one that is kept, or what `make` gives, which is kept then. A permanent one serves where one for
 * a time is wanted, never the other way round. One at a time for an account, so that two runs don't ask for the same twice.
 */
export function keepQrCode(
  pool: pg.Pool,
  account: string,
  scene: string,
  { until, now }: { until: Date | null; now: Date },
  make: (permanentSoFar: number) => Promise<Omit<KeptQrCode, 'scene'>>,
): Promise<KeptQrCode & { isNew: boolean }> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(20252, hashtext($1))', [account])
    const { rows } = await client.query<KeptQrCode>(
      `SELECT scene, ticket, url, expires_at AS "expiresAt" FROM qr_code WHERE account = $1 AND scene = $2
         AND (expires_at IS NULL OR ($3::timestamptz IS NOT NULL AND expires_at > $4))`,
      [account, scene, until, now],
    )
    if (rows[0]) return { ...rows[0], isNew: false }
    const counted = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM qr_code WHERE account = $1 AND expires_at IS NULL',
      [account],
    )
    const made = await make(counted.rows[0]!.count)
    await client.query(
      `INSERT INTO qr_code (account, scene, ticket, url, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account, scene) DO UPDATE SET ticket = excluded.ticket, url = excluded.url,
         expires_at = excluded.expires_at, created_at = excluded.created_at`,
      [account, scene, made.ticket, made.url, made.expiresAt, now],
    )
    return { scene, ...made, isNew: true }
  })
}
