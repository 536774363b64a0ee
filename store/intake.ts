import type pg from 'pg'
import { forgetAddresses, noteErasures } from './erasure.ts'
import { noteMedia } from './media.ts'
import { joinResidents, lockBindingCodes, lockPickupCodes, redeemBindingCodes } from './codes.ts'
import type { PickUp } from './codes.ts'
import { columns } from './columns.ts'
import { look } from './look.ts'
import type { Codes, IntakeKey, IntakeView } from './look.ts'
import { byIndexOnly, inTransaction } from './transaction.ts'
import { endBindings } from './unbind.ts'
import { resolveDeliveries } from './unsaid.ts'
import type { Resolved } from './unsaid.ts'
import type { ErasureRow, MediaRow } from './rows.ts'
import { write } from './write.ts'
import type { Writes } from './write.ts'

/** What the batch adds, and the codes and nonces it used up. */
export interface IntakeWrites extends Writes {
  redeemed: string[]
  pickedUp: PickUp[]
  /** Contacts that are no longer bound to anybody. */
  unbound: string[]
  resolved: Resolved[]
  /** Of requests that only repeated a message. */
  spentNonces: { channel: string; nonce: string }[]
  /** Contacts whose person left: whoever comes back by the same address is somebody new. */
  departed: string[]
  erasures: ErasureRow[]
  media: MediaRow[]
}

/**
 * One batch of messages: look, think, write, all in one transaction. Everything of one sender waits for the one
 * before it, in whatever process, so that `think` never sees a half-made conversation.
 */
export async function intake(
  pool: pg.Pool,
  keys: IntakeKey[],
  serials: number,
  now: Date,
  think: (view: IntakeView) => IntakeWrites,
): Promise<void> {
  await inTransaction(
    pool,
    async (client, along) => {
      // Sorted, so that two processes with overlapping batches can't wait for one another.
      const locks = [...new Set(keys.map(({ addressHash }) => addressHash.readBigInt64BE()))].sort((a, b) =>
        a < b ? -1 : 1,
      )
      along(
        client.query({
          name: 'intake-lock',
          text: 'SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l',
          values: [columns.int8(locks, (lock) => lock)],
        }),
      )
      // A statement of its own: its snapshot must be taken after the locks were had.
      const codes = await lockCodes(client, keys, now)
      const view = await look(client, keys, serials, codes)
      const { redeemed, pickedUp, unbound, resolved, spentNonces, departed, erasures, media, ...writes } = think(view)
      if (departed.length > 0) await forgetAddresses(client, departed)
      if (writes.messages.length > 0) along(write(client, writes))
      if (redeemed.length > 0) await redeemBindingCodes(client, redeemed, now)
      if (unbound.length > 0) await endBindings(client, unbound, now)
      for (const one of pickedUp) await joinResidents(client, one, now)
      if (resolved.length > 0) await resolveDeliveries(client, resolved)
      if (spentNonces.length > 0) await spend(client, spentNonces)
      if (erasures.length > 0) await noteErasures(client, erasures)
      if (media.length > 0) await noteMedia(client, media)
    },
    byIndexOnly,
  )
}

/** Keeps nonces for far longer than a signature is fresh, and no longer. */
async function spend(client: pg.ClientBase, nonces: IntakeWrites['spentNonces']): Promise<void> {
  await client.query({
    name: 'intake-spend',
    text: `WITH old AS (
             DELETE FROM spent_nonce WHERE (channel, nonce) IN (SELECT channel, nonce FROM spent_nonce
               WHERE at < now() - interval '2 hours' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)
           )
           INSERT INTO spent_nonce (channel, nonce) SELECT DISTINCT channel, nonce
           FROM unnest($1::text[], $2::text[]) AS k(channel, nonce) ORDER BY nonce ON CONFLICT DO NOTHING`,
    values: [nonces.map(({ channel }) => channel), nonces.map(({ nonce }) => nonce)],
  })
}

async function lockCodes(client: pg.ClientBase, keys: IntakeKey[], now: Date): Promise<Codes> {
  const binding = [...new Set(keys.map(({ code }) => code).filter((code) => code !== null))]
  const pickup = [...new Set(keys.map((key) => key.pickup).filter((code) => code !== null))]
  return {
    codes: binding.length === 0 ? new Map() : await lockBindingCodes(client, binding, now),
    pickups: pickup.length === 0 ? new Map() : await lockPickupCodes(client, pickup, now),
  }
}
