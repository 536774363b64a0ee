import { randomUUID } from 'node:crypto'

import { servingConfig } from '#store'
import type { SendWindow } from '#store'
import { testLedger, testPool } from '../support/postgres.ts'

/** A migrated ledger with nobody in it yet, and rows for tests of single statements. */
export async function emptyLedger() {
  const database = await testLedger()
  /** More connections of the serving role; the caller ends them. */
  const servingPool = () => testPool({ ...servingConfig(database.config), max: 10 })
  const pool = servingPool()
  const owner = testPool({ ...database.config, max: 2 })

  interface ContactParts {
    personId?: string
    following?: boolean
    sealed?: boolean
    windows?: SendWindow[]
    lastHeardAt?: Date
  }
  async function contact({ personId, following = true, sealed = true, windows = [], lastHeardAt }: ContactParts = {}) {
    const id: string = randomUUID()
    await owner.query(
      `INSERT INTO contact (id, channel, address_hash, address_sealed, person_id, bound_at, following, dialogue, windows,
         last_heard_at, created_at)
       VALUES ($1, 'official-account', $2, $3, $4, $8, $5, '{}', $6, $7, $8)`,
      [
        id,
        Buffer.from(id),
        sealed ? Buffer.from(`sealed ${id}`) : null,
        personId ?? null,
        following,
        JSON.stringify(windows),
        lastHeardAt ?? new Date(),
        new Date(),
      ],
    )
    return id
  }

  async function person(id: string) {
    await owner.query(
      `INSERT INTO person (id, role, name, region, topics, leave, active) VALUES ($1, 'deputy', '某人', '620402', '{}', '[]', true)`,
      [id],
    )
    return id
  }

  interface DeliveryParts {
    contactId?: string
    personId?: string
    status?: string
    code?: string
    notBefore?: Date
    createdAt?: Date
    text?: string
  }
  /** Adds one to the end of its person's lane. */
  async function delivery({
    contactId,
    personId,
    status = 'ready',
    code,
    notBefore,
    createdAt,
    text = '一句话',
  }: DeliveryParts) {
    const id = randomUUID()
    const lane = personId === undefined ? contactId! : `person:${personId}`
    const at = createdAt ?? new Date()
    await owner.query(
      `INSERT INTO delivery (id, lane, contact_id, person_id, template, text, status, code, not_before, created_at)
       VALUES ($1, $2, $3, $4, 'progress', $5, $6, $7, $8, $9)`,
      [id, lane, contactId ?? null, personId ?? null, text, status, code ?? null, notBefore ?? at, at],
    )
    return { id, lane }
  }

  const statusOf = async (id: string) => {
    const { rows } = await owner.query<{ status: string; code: string | null; lease: string | null; attempts: number }>(
      'SELECT status, code, lease, attempts FROM delivery WHERE id = $1',
      [id],
    )
    return rows[0]!
  }

  return {
    pool,
    owner,
    contact,
    person,
    delivery,
    statusOf,
    servingPool,
    /** Lets the serving connections go before the end. */
    endPool: () => pool.end(),
    async close() {
      if (!pool.ended) await pool.end()
      await owner.end()
      await database.drop()
    },
  }
}

export type EmptyLedger = Awaited<ReturnType<typeof emptyLedger>>
