import type pg from 'pg'
import { openKeyring } from '#store'

/** Everything genuine is there once, nothing forged at all, and of the malformed no more than was acknowledged. */
export async function compare(
  pool: pg.Pool,
  masterKey: Buffer,
  genuine: ReadonlySet<string>,
  taken: { signed: number },
): Promise<string[]> {
  const keyring = await openKeyring(pool, masterKey)
  const { rows } = await pool.query<{ sealed: Buffer | null; count: number }>(
    `SELECT c.address_sealed AS sealed, count(m.id)::int AS count FROM contact c LEFT JOIN message m ON m.contact_id = c.id
     GROUP BY c.id ORDER BY c.created_at, c.id`,
  )
  const faults: string[] = []
  const found = new Set<string>()
  let others = 0
  for (const { sealed, count } of rows) {
    if (sealed === null) {
      // Somebody spoke and then left. Genuine ones do one thing each; malformed ones may share a name.
      others += count
      continue
    }
    const address = keyring.open(sealed)
    if (genuine.has(address)) {
      found.add(address)
      if (count !== 1) faults.push(`${address} is stored ${count} times`)
    } else if (address.startsWith('oforged')) faults.push(`forged and stored: ${address}, ${count} times`)
    else others += count
  }
  // Of somebody unknown who only left, or of whom only an event tells, the message is kept and no contact.
  const { rows: nameless } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM message WHERE contact_id IS NULL AND type IN ('event', 'unfollow')`,
  )
  const missing = [...genuine].filter((openid) => !found.has(openid))
  const unaccounted = missing.length - nameless[0]!.count
  if (unaccounted > 0)
    faults.push(`${unaccounted} were genuine and are not stored, of ${missing.slice(0, 50).join(', ')}`)
  others += Math.max(0, -unaccounted)
  if (others > taken.signed)
    faults.push(`${others} malformed ones are stored, and only ${taken.signed} were answered 200`)
  return faults
}
