import { join } from 'node:path'

/** A mistake somebody might make one day, as changes to the text of our own sources. */
export interface Bug {
  name: string
  says: string
  edits: { file: string; find: string; replace: string }[]
}

export const bugVariable = 'MASHANG_DRILL_BUG'

/**
 * What the fault drill has to notice. Nothing of this is in the house: a drill loads `plant.ts` before the process it starts,
 * and that changes the sources as they are read. A text that is not found exactly once stops the start.
 */
export const bugs: readonly Bug[] = [
  {
    name: 'answer-first',
    says: 'the webhook answers before the commit',
    edits: [
      {
        file: 'bot/intake.ts',
        find: 'await batches.add(item)',
        replace: `await (batches.add(item).catch(() => {}), Promise.resolve<Verdict>({ ok: true, answer: '已收到', repeated: false }))`,
      },
    ],
  },
  {
    name: 'check-then-insert',
    says: 'whether a message is new is looked up, and neither a lock nor an index makes sure',
    edits: [
      { file: 'store/intake.ts', find: 'SELECT pg_advisory_xact_lock(l) FROM', replace: 'SELECT l FROM' },
      { file: 'bot/intake.ts', find: `keyOf: ({ addressHash }) => addressHash.toString('latin1'),`, replace: '' },
      {
        file: 'store/migrate.ts',
        find: 'await also?.(client)',
        replace: `await also?.(client); await client.query('DROP INDEX IF EXISTS message_dedupe, message_nonce')`,
      },
    ],
  },
  {
    name: 'retry-unknown',
    says: 'a send of which nobody knows is tried again',
    edits: [
      {
        file: 'channels/official-account/outcome.ts',
        find: `return { status: 'unknown', code: result.code, reason: result.reason }`,
        replace: `return { status: 'retry', code: result.code, reason: result.reason, afterMs: 500 }`,
      },
    ],
  },
  {
    name: 'trust-the-queue',
    says: 'deadlines lie in the queue as delayed jobs, and nobody looks them up in the ledger',
    edits: [
      // Soon enough that they lie there for certain once the house rests.
      { file: 'workers/main.ts', find: 'options.sweepEveryMs ?? 2_000', replace: '100' },
      {
        file: 'workers/sweep.ts',
        find: 'const due = await dueCases(pool, now, most)',
        replace: `
      const due: { id: string; version: number }[] = []
      const trusted: Set<string> = ((globalThis as { trusted?: Set<string> }).trusted ??= new Set())
      const { rows } = await pool.query('SELECT id, version, wake_at FROM "case" WHERE wake_at IS NOT NULL')
      const fresh = rows.filter(({ id, version }) => !trusted.has(id + version))
      await queues.addBulk(fresh.map(({ id, version, wake_at }): Job =>
        ({ name: 'due', id: 'due-' + id + '-' + version, payload: { caseId: id }, delayMs: Math.max(0, wake_at.getTime() - now.getTime()) })))
      for (const { id, version } of fresh) trusted.add(id + version)`,
      },
    ],
  },
  {
    name: 'no-sweep',
    says: 'nobody looks in the ledger for what the queue has lost',
    edits: [
      {
        file: 'workers/main.ts',
        find: 'const sweep = startSweep(',
        replace: 'const sweep = ((..._: unknown[]) => ({ stop: async () => {} }))(',
      },
    ],
  },
]

/** How to start a process with the bug of this name in it. */
export function plantIn(name: string | null): { preload: string[]; env: Record<string, string> } {
  if (name === null) return { preload: [], env: {} }
  if (!bugs.some((bug) => bug.name === name))
    throw new Error(`no bug is called ${name}: ${bugs.map((bug) => bug.name).join(', ')}`)
  return { preload: [join(import.meta.dirname, 'plant.ts')], env: { [bugVariable]: name } }
}

/** A source with the bug's edits; null when it has none for this file. */
export function infect(bug: Bug, file: string, source: string): string | null {
  const edits = bug.edits.filter((edit) => edit.file === file)
  if (edits.length === 0) return null
  return edits.reduce((text, { find, replace }) => {
    const parts = text.split(find)
    if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times what ${bug.name} changes: ${find}`)
    return parts.join(replace)
  }, source)
}
