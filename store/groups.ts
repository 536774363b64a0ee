import type pg from 'pg'
import { newId } from '#base'
import type { Keyring } from './keyring.ts'
import { inTransaction } from './transaction.ts'

/** A group of people that can be written to, and through which account of ours. */
export interface GroupRow {
  id: string
  name: string
  region: string
  station: string
  channel: string
  /** Whoever has it can write to the group: sealed like a person's address. */
  address: string
}

/**
 * Brings the groups of the settings into the ledger: each an entry of the rolls of role `group`, with one account. One
 * that is not there any more is set aside; an address that changed replaces the one before.
 */
export async function importGroups(pool: pg.Pool, keyring: Keyring, groups: GroupRow[], now: Date): Promise<void> {
  const people = groups.map(({ id, name, region, station }) => ({ id, name, region, station }))
  const contacts = groups.map(({ id, channel, address }) => ({
    id: newId(now.getTime()),
    person_id: id,
    channel,
    address_hash: keyring.lookupHash(address).toString('hex'),
    address_sealed: keyring.seal(address).toString('hex'),
  }))
  await inTransaction(pool, async (client) => {
    await client.query(
      `WITH roll AS (
         SELECT * FROM json_to_recordset($1) AS r(id text, name text, region text, station text)
       ), gone AS (
         UPDATE person SET active = false WHERE active AND role = 'group' AND id NOT IN (SELECT id FROM roll)
       )
       INSERT INTO person (id, role, name, region, station, organisation, topics, leave, active)
       SELECT id, 'group', name, region, station, NULL, '{}', '[]', true FROM roll ORDER BY id
       ON CONFLICT (id) DO UPDATE SET role = 'group', name = excluded.name, region = excluded.region,
         station = excluded.station, active = true`,
      [JSON.stringify(people)],
    )
    await client.query(
      `UPDATE contact SET person_id = NULL FROM person WHERE contact.person_id = person.id AND person.role = 'group'
         AND NOT EXISTS (SELECT 1 FROM json_to_recordset($1) AS r(person_id text, channel text, address_hash text)
           WHERE r.person_id = contact.person_id AND r.channel = contact.channel
             AND decode(r.address_hash, 'hex') = contact.address_hash)`,
      [JSON.stringify(contacts)],
    )
    await client.query(
      `INSERT INTO contact (id, channel, address_hash, address_sealed, person_id, bound_at, following, dialogue, windows,
         last_heard_at, created_at)
       SELECT id, channel, decode(address_hash, 'hex'), decode(address_sealed, 'hex'), person_id, $2, true, '{}', '[]', $2, $2
       FROM json_to_recordset($1) AS r(id uuid, channel text, address_hash text, address_sealed text, person_id text)
       ORDER BY id
       ON CONFLICT (channel, address_hash) DO UPDATE SET person_id = excluded.person_id, following = true`,
      [JSON.stringify(contacts), now],
    )
  })
}
