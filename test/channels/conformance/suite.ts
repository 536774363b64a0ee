import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import type { Clock } from '#base'
import type { Content } from '#channels'
import { startTestHouse } from '../../support/house.ts'
import type { TestHouse } from '../../support/house.ts'
import { createKnocker } from './conversation.ts'
import { contents } from './samples.ts'
import type { Adapter, Said, UnderTest } from './under-test.ts'

interface StoredRow {
  type: string
  text: string | null
  answer: string | null
}

/** A whole house with one channel, and people who write to it. */
export interface Suite {
  readonly house: TestHouse
  readonly it: UnderTest
  /** Everything that was logged so far. */
  readonly log: string
  /** Addresses given out so far. */
  readonly addresses: readonly string[]
  readonly knock: ReturnType<typeof createKnocker>
  /** An address that nobody had before. */
  someone(): string
  /** Something new of theirs; a matter unless another content is given. */
  said(address: string, content?: Content): Said
  /** What the ledger has of theirs, in the order it came. */
  rows(address: string): Promise<StoredRow[]>
  /** What was stored last, also of somebody the ledger keeps no contact of. */
  newest(): Promise<StoredRow | undefined>
}

/** Starts them before the tests of the block this is called in, and stops them after. */
export function suiteOf(adapter: Adapter): Suite {
  let started: { house: TestHouse; it: UnderTest; knock: ReturnType<typeof createKnocker> } | null = null
  let log = ''
  const addresses: string[] = []

  beforeAll(async () => {
    // The channel needs the house's clock, and the house the channel.
    let clock: Clock | null = null
    const it = await adapter(() => clock?.() ?? new Date('2026-11-23T01:00:00Z'))
    const house = await startTestHouse({
      channels: (own) => {
        clock = own
        return [it.channel]
      },
      log: pino({ level: 'trace' }, { write: (line: string) => void (log += line) }),
    })
    await it.welcome?.(house)
    started = { house, it, knock: createKnocker(house, it) }
  })
  afterAll(async () => {
    await started?.house.stop()
    await started?.it.close()
  })

  const suite: Suite = {
    get house() {
      return started!.house
    },
    get it() {
      return started!.it
    },
    get log() {
      return log
    },
    get knock() {
      return started!.knock
    },
    addresses,
    someone() {
      const address = suite.it.newAddress?.() ?? `o${randomUUID().replaceAll('-', '').slice(0, 27)}`
      addresses.push(address)
      return address
    },
    said: (address, content = contents[0]!) => ({
      id: suite.it.newId?.() ?? String(BigInt(`0x${randomUUID().replaceAll('-', '').slice(0, 15)}`)),
      address,
      content,
      at: suite.house.clock(),
    }),
    async rows(address) {
      const { rows } = await suite.house.owner.query<StoredRow>(
        `SELECT m.type, m.text, m.answer FROM message m JOIN contact c ON c.id = m.contact_id
         WHERE c.address_hash = $1 ORDER BY m.received_at, m.id`,
        [suite.house.ledger.keyring.lookupHash(address)],
      )
      return rows
    },
    async newest() {
      const { rows } = await suite.house.owner.query<StoredRow>(
        'SELECT type, text, answer FROM message ORDER BY received_at DESC, id DESC LIMIT 1',
      )
      return rows[0]
    },
  }
  return suite
}
