import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { newId } from '#base'
import { openKeyring } from '#store'
import { compare } from '../../drills/fuzz/compare.ts'
import { testLedger, testPool } from '../support/postgres.ts'

test('what is stored is held against what was posted, also of those who have left', async () => {
  const database = await testLedger()
  const pool = testPool({ ...database.config, max: 2 })
  const masterKey = randomBytes(32)
  const now = 1_795_000_000_000
  try {
    const keyring = await openKeyring(pool, masterKey)
    const store = async (address: string | null, messages: number): Promise<void> => {
      const contact = newId(now)
      await pool.query(
        `INSERT INTO contact (id, channel, address_hash, address_sealed, following, dialogue, windows, last_heard_at, created_at)
         VALUES ($1, 'official-account', $2, $3, true, '{}', '[]', now(), now())`,
        [contact, randomBytes(32), address === null ? null : keyring.seal(address)],
      )
      for (let count = 0; count < messages; count++)
        await pool.query(
          `INSERT INTO message (id, channel, dedupe_key, contact_id, type, meaning, said_at, received_at)
           VALUES ($1, 'official-account', $2, $3, 'text', 'other', now(), now())`,
          [newId(now), randomBytes(8).toString('hex'), contact],
        )
    }
    const faults = (genuine: string[], signed: number) => compare(pool, masterKey, new Set(genuine), { signed })

    await store('ogenuine-1', 1)
    await store('-1', 1)
    await store(null, 2)
    expect(await faults(['ogenuine-1'], 3)).toEqual([])
    expect(await faults(['ogenuine-1'], 2)).toEqual(['3 malformed ones are stored, and only 2 were answered 200'])
    expect(await faults(['ogenuine-1', 'ogenuine-2'], 3)).toEqual(['1 were genuine and are not stored, of ogenuine-2'])

    await store('ogenuine-2', 2)
    await store('oforged-3', 1)
    expect(await faults(['ogenuine-1', 'ogenuine-2'], 3)).toEqual([
      'ogenuine-2 is stored 2 times',
      'forged and stored: oforged-3, 1 times',
    ])
  } finally {
    await pool.end()
    await database.drop()
  }
})
