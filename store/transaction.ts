import type pg from 'pg'

/**
 * For look-ups by key: a plan made while a table was small would otherwise read all of it for as long as the connection
 * lives.
 */
export const byIndexOnly =
  'BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'

/**
 * A statement that nobody waits for but the commit: it goes out with what comes before and after it. Under load each
 * round trip costs a turn of a busy event loop.
 */
export type Along = (statement: Promise<unknown>) => void

/**
 * Runs `work` in a transaction; whatever it throws rolls it back. The pool must have `pipeline` set: the beginning goes
 * out with the first statement, and the commit with the last. Of several failures the first is thrown, for Postgres
 * refuses whatever follows it.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, along: Along) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  // Without it pg keeps a statement back until the one before is answered, and warns of it.
  if (!pool.options.pipeline) throw new TypeError('the ledger needs a pool with `pipeline`')
  const client = await pool.connect()
  const sent: Promise<unknown>[] = []
  let first: unknown
  const along: Along = (statement) => {
    // Its failure is met at the end, which may be after something else has failed.
    statement.catch((error: unknown) => (first ??= error))
    sent.push(statement)
  }
  let broken: Error | undefined
  try {
    along(client.query(begin))
    const result = await work(client, along)
    // One that failed before it went out left nothing in the transaction that would keep it from being committed.
    if (first !== undefined) throw first
    // After a statement that failed this only ends the transaction: Postgres rolls it back.
    along(client.query('COMMIT'))
    await Promise.all(sent)
    return result
  } catch (error) {
    const cause = first ?? error
    // A server that did not answer in time won't answer this either: the transaction goes with its connection.
    if (isTimeout(cause)) broken = cause
    else {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
    }
    throw cause
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
