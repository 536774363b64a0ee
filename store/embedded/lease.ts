import pg from 'pg'

import type { SuperuserConfig } from './running.ts'

/** Any number does, so long as nothing else of ours locks it: 'mash' in ASCII. */
const leaseKey = 0x6d617368

/** Says "in use" for as long as this process lives, however it ends. */
export interface Lease {
  /** Resolves when its connection is gone, and with it the lease: a crash of any one of the server's processes ends all. */
  readonly lost: Promise<void>
  /** Gives it back. `last`: no one else holds one, and none can be had until the server is gone. `lost`: the connection is. */
  release(): Promise<'last' | 'shared' | 'lost'>
  /** Closes the connection. */
  end(): Promise<void>
}

/**
 * A shared advisory lock on a connection of its own, so that of several processes on one server the last to leave stops it.
 * Null when the server is on its way down, or can't be reached.
 */
export async function takeLease(config: SuperuserConfig): Promise<Lease | null> {
  const client = new pg.Client({ ...config, application_name: 'mashang lease', connectionTimeoutMillis: 10_000 })
  // The server may be stopped under us by `pg_ctl`; who queries next will hear of it.
  client.on('error', () => {})
  const { promise: lost, resolve } = Promise.withResolvers<void>()
  client.once('end', resolve)
  try {
    await client.connect()
    if (!(await lock(client, 'pg_try_advisory_lock_shared'))) throw new Error('being stopped')
  } catch {
    await client.end().catch(() => {})
    return null
  }
  connectionOf(client).unref()
  return {
    lost,
    async release() {
      connectionOf(client).ref()
      try {
        await lock(client, 'pg_advisory_unlock_shared')
        return (await lock(client, 'pg_try_advisory_lock')) ? 'last' : 'shared'
      } catch {
        return 'lost'
      }
    },
    end: () => client.end().catch(() => {}),
  }
}

async function lock(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`select ${name}($1) as held`, [leaseKey])
  return rows[0]?.held === true
}

/** A lease alone must not keep a command from ending; `pg` has this, its types don't. */
function connectionOf(client: pg.Client): { ref(): void; unref(): void } {
  return client as unknown as { ref(): void; unref(): void }
}
