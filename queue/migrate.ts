import { createRequire } from 'node:module'
import { jobNames } from './jobs.ts'
import type pg from 'pg'

/** Where BullMQ keeps its tables. Fixed: over a pool of ours BullMQ checks this one only. */
export const queueSchema = 'bullmq'

/**
 * Brings BullMQ's schema up to date and lets `role` work with it, owning nothing. Part of our migration step; safe to
 * repeat, and to run twice at once. What was done is marked on the schema: every start and command comes by here, and
 * neither loads BullMQ for nothing nor makes the sessions of a running house plan anew, as a grant does.
 *
 * @param client one connection (not a pool) of the owner of the database, outside a transaction
 * @param role the role that serves; it must exist
 */
export async function migrateQueue(client: pg.ClientBase, role: string): Promise<void> {
  const mark = markFor(role)
  if (await isMarked(client, mark, role)) return
  const { runMigrations } = await import('bullmq')
  await runMigrations(client, queueSchema)
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
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queueSchema} TO ${serving};
      COMMENT ON SCHEMA ${queueSchema} IS ${client.escapeLiteral(mark)}`)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** Another version of BullMQ, one more kind of job, or another role, and all of it is done anew. */
function markFor(role: string): string {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string }
  return `mashang: BullMQ ${version}; ${jobNames.join(' ')}; for ${role}`
}

/** A copy of a database may have lost its grants, and kept the mark. */
async function isMarked(client: pg.ClientBase, mark: string, role: string): Promise<boolean> {
  const { rows } = await client.query<{ marked: boolean }>(
    `SELECT obj_description(n.oid, 'pg_namespace') = $2 AND has_schema_privilege($3, n.oid, 'USAGE')
       AND (SELECT count(*) > 0 AND bool_and(has_table_privilege($3, c.oid, 'SELECT') AND (c.relname = 'migration'
              OR has_table_privilege($3, c.oid, 'INSERT') AND has_table_privilege($3, c.oid, 'UPDATE')
                AND has_table_privilege($3, c.oid, 'DELETE')))
            FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p'))
       AND (SELECT count(*) >= $4 AND bool_and(has_sequence_privilege($3, c.oid, 'USAGE'))
            FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'S')
       AND (SELECT bool_and(has_function_privilege($3, p.oid, 'EXECUTE')) FROM pg_proc p WHERE p.pronamespace = n.oid)
         AS marked
     FROM pg_namespace n WHERE n.nspname = $1`,
    [queueSchema, mark, role, jobNames.length],
  )
  return rows[0]?.marked === true
}
