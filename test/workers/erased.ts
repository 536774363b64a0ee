import type { TestHouse } from '../support/house.ts'

/** Until every erasure that was asked for is done, and there was one. */
export async function erased(house: TestHouse): Promise<void> {
  await house.until(async () => {
    const { rows } = await house.owner.query<{ open: number; done: number }>(
      `SELECT count(*) FILTER (WHERE done_at IS NULL)::int AS open, count(*) FILTER (WHERE done_at IS NOT NULL)::int AS done FROM erasure`,
    )
    return rows[0]!.open === 0 && rows[0]!.done > 0
  }, 'nothing was erased')
}

/** Everything the database holds, as text: of what is gone, nothing may stand anywhere. */
export async function everythingIn(house: TestHouse): Promise<string> {
  const { rows: tables } = await house.owner.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await house.owner.query<{ all: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS all FROM ${name} t`,
      )
      return rows[0]!.all ?? ''
    }),
  )
  return texts.join('\n')
}
