import { runMigrations } from 'bullmq'
import { jobNames } from './jobs.ts'
import type pg from 'pg'

/** Where BullMQ keeps its tables. Fixed: over a pool of ours BullMQ checks this one only. */
export const queueSchema = 'bullmq'

/**
 * Brings BullMQ's schema up to date and lets `role` work with it, owning nothing. Part of our migration step; safe to
 * repeat, and to run twice at once.
 *
 * @param client one connection (not a pool) of the owner of the database, outside a transaction
 * @param role the role that serves; it must exist
 * @returns BullMQ's schema version
 */
export async function migrateQueue(client: pg.ClientBase, role: string): Promise<number> {
  const version = await runMigrations(client, queueSchema)
  const serving = client.escapeIdentifier(role)
  await client.query('BEGIN')
  try {
    // Two grants on one table at once fail with "tuple concurrently updated".
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('mashang:queue grants'))`)
    for (const name of jobNames) {
      // BullMQ makes this sequence at the first job, which the serving role may not.
      const { rows } = await client.query<{ sequence: string }>(
        `SELECT ${queueSchema}.job_id_seq_name($1) AS sequence`,
        [name],
      )
      const sequence = client.escapeIdentifier(rows[0]!.sequence)
      await client.query(`CREATE SEQUENCE IF NOT EXISTS ${queueSchema}.${sequence}`)
    }
    await client.query(`
      GRANT USAGE ON SCHEMA ${queueSchema} TO ${serving};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${queueSchema} TO ${serving};
      REVOKE INSERT, UPDATE, DELETE ON ${queueSchema}.migration FROM ${serving};
      GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${queueSchema} TO ${serving};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queueSchema} TO ${serving}`)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
  return version
}
