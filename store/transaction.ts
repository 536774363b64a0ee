import type pg from 'pg'

/**
 * For look-ups by key: a plan made while a table was small would otherwise read all of it for as long as the connection
 * lives.
 */
export const byIndexOnly =
  'BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'

/** Runs `work` in a transaction; whatever it throws rolls it back. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A server that did not answer in time won't answer this either: the transaction goes with its connection.
    if (isTimeout(error)) broken = error
    else {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
    }
    throw error
  } finally {
    // A connection that couldn't even roll back is thrown away.
    client.release(broken)
  }
}

/** What pg says when its `query_timeout` is over; it gives this error no code. */
function isTimeout(error: unknown): error is Error {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Errors of Postgres after which the same transaction may simply be run again. */
const passing = new Set([
  '23505', // unique_violation: somebody else wrote the same thing first
  '40001', // serialization_failure
  '40P01', // deadlock_detected
])

const mostTries = 4

/** Runs a transaction again when somebody else wrote first: the next time, what they wrote is seen. */
export async function again<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      if (!isPassing(error) || attempt >= mostTries) throw error
    }
  }
}

export function isPassing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && passing.has((error as { code?: string }).code ?? '')
}
